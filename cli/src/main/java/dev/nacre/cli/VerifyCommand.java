package dev.nacre.cli;

import dev.nacre.Maintenance;
import dev.nacre.maintain.VerifyReport;
import picocli.CommandLine.Command;

/** {@code nacre verify}. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    description = {
      "Reads everything in a database directory, compares checksums, and the log with records, history,",
      "vectors and indexes; prints each problem with its place. Writes nothing, and may run beside the",
      "owner. Exit code 1: a problem was found.",
      ""
    })
final class VerifyCommand extends DirectoryCommand {
  VerifyCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() throws InterruptedException {
    VerifyReport report = Await.of(Maintenance.verify(directory()));
    if (json()) {
      terminal().line(ProblemPrinter.json(report).toString());
    } else {
      ProblemPrinter.print(terminal(), report);
    }
    return report.isClean() ? ExitCode.OK : ExitCode.PROBLEM_FOUND;
  }
}
