package dev.nacre.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nacre.Database;
import dev.nacre.DatabaseStats;
import dev.nacre.Maintenance;
import dev.nacre.maintain.DirectoryOwner;
import java.util.Optional;
import picocli.CommandLine.Command;

/** {@code nacre stats}. */
@Command(
    name = "stats",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    description = {"Says how large the database is, at which version, and who has it open.", ""})
final class StatsCommand extends DirectoryCommand {
  StatsCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() throws InterruptedException {
    try (Database database = openToRead()) {
      DatabaseStats stats = Await.of(database.stats());
      Optional<DirectoryOwner> owner = Await.of(Maintenance.owner(directory()));
      DatabaseStats.Storage storage = stats.storage();
      if (json()) {
        ObjectNode node = Json.object().put("directory", directory().toAbsolutePath().toString());
        node.set("readPoint", Json.of(stats.readPoint()));
        node.put("namespaces", storage.namespaces())
            .put("recordsEstimate", storage.recordsEstimate())
            .put("storageBytes", storage.storageBytes())
            .put("logBytes", storage.logBytes());
        owner.ifPresent(
            by ->
                node.putObject("owner")
                    .put("pid", by.pid())
                    .put("host", by.host())
                    .put("command", by.command())
                    .put("since", by.since()));
        terminal().line(node.toString());
        return ExitCode.OK;
      }
      terminal().line("version     " + stats.readPoint().version());
      terminal().line("lineage     " + stats.readPoint().lineage());
      terminal().line("namespaces  " + storage.namespaces());
      terminal().line("records     about " + storage.recordsEstimate());
      terminal().line("storage     " + Printable.bytes(storage.storageBytes()));
      terminal().line("log         " + Printable.bytes(storage.logBytes()));
      terminal()
          .line(
              "owner       "
                  + owner
                      .map(
                          by ->
                              "process " + by.pid() + " (" + by.command() + ") since " + by.since())
                      .orElse("nobody"));
      return ExitCode.OK;
    }
  }
}
