package dev.nacre.cli;

import dev.nacre.Database;
import dev.nacre.model.Page;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.VersionedRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nacre scan}. */
@Command(
    name = "scan",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    description = {
      "Lists the records of a namespace in the order of their keys, now or as they were.",
      ""
    })
final class ScanCommand extends DirectoryCommand {
  @Parameters(index = "1", paramLabel = "NAMESPACE", description = "The namespace.")
  private String namespace = "";

  @Mixin private AsOfOption asOf = new AsOfOption();

  @Option(
      names = "--prefix",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "Only keys that begin so.")
  private String prefix = "";

  @Option(names = "--from", paramLabel = "KEY", description = "From this key on.")
  private @Nullable String from;

  @Option(names = "--to", paramLabel = "KEY", description = "Up to before this key.")
  private @Nullable String to;

  @Mixin private WhereOption where = new WhereOption();

  @Option(
      names = {"-n", "--limit"},
      paramLabel = "N",
      converter = CountConverter.class,
      description = "At most N records; default: all.")
  private long limit = Long.MAX_VALUE;

  @Option(names = "--keys", description = "Only the keys, one a line.")
  private boolean keys;

  ScanCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() throws InterruptedException {
    try (Database database = openToRead()) {
      ScanRequest request =
          ScanRequest.of(namespace)
              .withPrefix(prefix)
              .withRange(from, to)
              .withFilter(where.filter())
              .withAsOf(asOf.moment());
      long left = limit;
      String cursor = null;
      do {
        Page<VersionedRecord> page = Await.of(database.scanPage(request.withCursor(cursor)));
        for (VersionedRecord record : page.items()) {
          if (left-- <= 0) {
            return ExitCode.OK;
          }
          print(record);
        }
        cursor = page.cursor();
      } while (cursor != null && left > 0);
      return left == limit && !isThere(database, namespace, asOf.moment())
          ? ExitCode.NOT_FOUND
          : ExitCode.OK;
    }
  }

  private void print(VersionedRecord record) {
    String key = Printable.line(record.key());
    if (keys) {
      answer(Json.object().put("key", record.key()), key);
    } else {
      answer(
          Json.of(record),
          terminal().bold(key)
              + "  "
              + terminal().dim("version " + record.version())
              + "  "
              + Printable.preview(record));
    }
  }
}
