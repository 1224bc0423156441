package dev.nacre.cli;

import dev.nacre.Database;
import dev.nacre.maintain.CompactReport;
import picocli.CommandLine.Command;

/** {@code nacre compact}. */
@Command(
    name = "compact",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    description = {
      "Rewrites the files of a database that is not open elsewhere, so that what was overwritten inside",
      "of RocksDB gives its space back. History is kept.",
      ""
    })
final class CompactCommand extends DirectoryCommand {
  CompactCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() throws InterruptedException {
    try (Database database = openExisting()) {
      CompactReport report = Await.of(database.compact());
      answer(
          Json.object()
              .put("bytesBefore", report.bytesBefore())
              .put("bytesAfter", report.bytesAfter()),
          Printable.bytes(report.bytesBefore())
              + " before, "
              + Printable.bytes(report.bytesAfter())
              + " now");
      return ExitCode.OK;
    }
  }
}
