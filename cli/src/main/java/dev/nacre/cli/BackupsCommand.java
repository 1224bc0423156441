package dev.nacre.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nacre.Maintenance;
import dev.nacre.maintain.Backup;
import dev.nacre.maintain.VerifyReport;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nacre backups}. */
@Command(
    name = "backups",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    description = {
      "Lists the complete backups in a backup directory, oldest first. Exit code 1: there is none, or",
      "--verify has found a problem.",
      ""
    })
final class BackupsCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(index = "0", paramLabel = "BACKUPS", description = "The backup directory.")
  private Path backups = Path.of(".");

  @Option(names = "--verify", description = "Read every file and compare its checksum instead.")
  private boolean verify;

  @Option(names = "--json", description = "Answer in JSON, one object a line.")
  private boolean json;

  BackupsCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (verify) {
      VerifyReport report = Await.of(Maintenance.verifyBackups(backups));
      if (json) {
        terminal.line(ProblemPrinter.json(report).toString());
      } else {
        ProblemPrinter.print(terminal, report);
      }
      return report.isClean() ? ExitCode.OK : ExitCode.PROBLEM_FOUND;
    }
    List<Backup> all = Await.of(Maintenance.backups(backups));
    for (Backup backup : all) {
      terminal.line(json ? json(backup).toString() : text(terminal, backup));
    }
    if (all.isEmpty()) {
      terminal.err().println("there is no complete backup in " + backups);
      return ExitCode.NOT_FOUND;
    }
    return ExitCode.OK;
  }

  static ObjectNode json(Backup backup) {
    ObjectNode node =
        Json.object()
            .put("id", backup.id())
            .put("directory", backup.directory().toString())
            .put("databaseId", backup.databaseId().toString())
            .put("lineage", backup.lineage())
            .put("version", backup.version())
            .put("committedAt", backup.committedAt().toString())
            .put("createdAt", backup.createdAt().toString());
    if (backup.label() != null) {
      node.put("label", backup.label());
    }
    return node.put("bytes", backup.bytes()).put("newBytes", backup.newBytes());
  }

  static String text(Terminal terminal, Backup backup) {
    return terminal.bold(backup.id())
        + "  version "
        + backup.version()
        + "  "
        + Printable.bytes(backup.bytes())
        + ", of that new "
        + Printable.bytes(backup.newBytes())
        + (backup.label() == null ? "" : "  " + Printable.line(backup.label()));
  }
}
