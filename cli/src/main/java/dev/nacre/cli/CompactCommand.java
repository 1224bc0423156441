package dev.nacre.cli;

import dev.nacre.Database;
import dev.nacre.maintain.CompactReport;
import dev.nacre.maintain.SweepReport;
import picocli.CommandLine.Command;

/** {@code nacre compact}. */
@Command(
    name = "compact",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    description = {
      "Drops what retention and expiry no longer keep, and rewrites the files of a database that is not",
      "open elsewhere, so that all of it gives its space back. History that retention keeps is kept.",
      ""
    })
final class CompactCommand extends DirectoryCommand {
  CompactCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() throws InterruptedException {
    try (Database database = openExisting()) {
      SweepReport swept = Await.of(database.sweep());
      CompactReport report = Await.of(database.compact());
      answer(
          Json.object()
              .put("recordsExpired", swept.recordsExpired())
              .put("versionsDropped", swept.historyRows())
              .put("bytesBefore", report.bytesBefore())
              .put("bytesAfter", report.bytesAfter()),
          swept.recordsExpired()
              + " records expired, "
              + swept.historyRows()
              + " old versions dropped; "
              + Printable.bytes(report.bytesBefore())
              + " before, "
              + Printable.bytes(report.bytesAfter())
              + " now");
      return ExitCode.OK;
    }
  }
}
