package dev.nacre.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nacre.Maintenance;
import dev.nacre.maintain.RepairReport;
import picocli.CommandLine.Command;

/** {@code nacre repair}. */
@Command(
    name = "repair",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    description = {
      "Removes the derived indexes of a database that is not open, to be built again when they are",
      "searched, and what a killed backup has left; then verifies. What is damaged in the store itself",
      "is the only copy: it is reported, and never guessed. Exit code 1: a problem remains.",
      ""
    })
final class RepairCommand extends DirectoryCommand {
  RepairCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() throws InterruptedException {
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
