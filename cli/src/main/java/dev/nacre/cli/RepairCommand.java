package dev.nacre.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nacre.Maintenance;
import dev.nacre.maintain.RepairReport;
import dev.nacre.maintain.SalvageReport;
import dev.nacre.maintain.SalvageRequest;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code nacre repair}. */
@Command(
    name = "repair",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    description = {
      "Removes the derived indexes of a database that is not open, to be built again when they are",
      "searched, and what a killed backup has left; then verifies. What is damaged in the store itself",
      "is the only copy: it is reported, and never guessed. Exit code 1: a problem remains.",
      "",
      "With --salvage, nothing is removed: what is readable of a database that is damaged is written into",
      "a new directory, under the same versions, and what is lost is reported. Exit code 1: something is.",
      ""
    })
final class RepairCommand extends DirectoryCommand {
  @Option(
      names = "--salvage",
      paramLabel = "NEW-DIR",
      description = "Write what is readable into NEW-DIR, which must be absent or empty.")
  private @Nullable Path target;

  RepairCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() throws InterruptedException {
    if (target != null) {
      StepProgress progress = new StepProgress(terminal());
      SalvageReport salvaged =
          Await.of(
              Maintenance.salvage(SalvageRequest.of(directory(), target).withProgress(progress)));
      progress.end();
      if (json()) {
        terminal().line(SalvagePrinter.json(salvaged).toString());
      } else {
        SalvagePrinter.print(terminal(), salvaged);
      }
      return salvaged.isWhole() ? ExitCode.OK : ExitCode.PROBLEM_FOUND;
    }
    RepairReport report = Await.of(Maintenance.repair(directory()));
    if (json()) {
      ObjectNode node = Json.object();
      report.done().forEach(node.putArray("done")::add);
      node.set("remaining", ProblemPrinter.json(report.remaining()));
      terminal().line(node.toString());
    } else {
      report.done().forEach(terminal()::line);
      if (report.done().isEmpty()) {
        terminal().line("there was nothing to remove");
      }
      ProblemPrinter.print(terminal(), report.remaining());
    }
    return report.remaining().isClean() ? ExitCode.OK : ExitCode.PROBLEM_FOUND;
  }
}
