package dev.nacre.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nacre.Database;
import dev.nacre.error.KeyNotFoundException;
import dev.nacre.model.HistoryEntry;
import dev.nacre.model.HistoryRequest;
import dev.nacre.model.Page;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nacre log}. */
@Command(
    name = "log",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    description = {
      "Lists the versions of a record, newest first, deletions included. Exit code 1: there never was",
      "such a record.",
      ""
    })
final class LogCommand extends DirectoryCommand {
  @Parameters(index = "1", paramLabel = "NAMESPACE", description = "The namespace.")
  private String namespace = "";

  @Parameters(index = "2", paramLabel = "KEY", description = "The key.")
  private String key = "";

  @Mixin private AsOfOption asOf = new AsOfOption();

  @Option(
      names = {"-n", "--limit"},
      paramLabel = "N",
      converter = CountConverter.class,
      defaultValue = "100",
      description = "At most N versions; default: ${DEFAULT-VALUE}.")
  private long limit = 100;

  LogCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() throws InterruptedException {
    try (Database database = openToRead()) {
      HistoryRequest request = HistoryRequest.of(namespace, key).withAsOf(asOf.moment());
      long left = limit;
      boolean any = false;
      String cursor = null;
      do {
        Page<HistoryEntry> page =
            Await.of(
                database.history(request.withLimit(Math.clamp(left, 1, 1_000)).withCursor(cursor)));
        for (HistoryEntry entry : page.items()) {
          any = true;
          print(entry);
          left--;
        }
        cursor = page.cursor();
      } while (cursor != null && left > 0);
      if (!any) {
        throw new KeyNotFoundException(
            "record \""
                + Printable.line(key)
                + "\" of namespace \""
                + Printable.line(namespace)
                + "\" has no versions",
            Map.of("namespace", namespace, "key", key));
      }
      return ExitCode.OK;
    }
  }

  private void print(HistoryEntry entry) {
    ObjectNode node =
        Json.object()
            .put("version", entry.version())
            .put("committedAt", entry.committedAt().toString())
            .put("operation", entry.operation().name());
    entry.state().ifPresent(record -> node.set("record", Json.of(record)));
    answer(
        node,
        terminal().bold("version " + entry.version())
            + "  "
            + entry.committedAt()
            + "  "
            + entry.state().map(Printable::preview).orElse("(deleted)"));
  }
}
