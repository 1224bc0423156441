package dev.nacre.examples;

import dev.nacre.Database;
import dev.nacre.feed.ChangeEvent;
import dev.nacre.feed.WatchRequest;
import dev.nacre.maintain.BackupRequest;
import dev.nacre.maintain.PurgeReport;
import dev.nacre.maintain.PurgeRequest;
import dev.nacre.model.AsOf;
import dev.nacre.model.CommitInfo;
import dev.nacre.model.Value;
import java.nio.file.Path;
import java.util.List;

/** Somebody asks to be forgotten: every version goes, and the log says that it did. */
public final class ForgetSomebody {
  private ForgetSomebody() {}

  /** Arguments: a directory for the database, one for its backups. */
  public static void main(String[] arguments) {
    try (Database db = Database.open(Path.of(arguments[0]))) {
      var _ = db.put("people", "ada", Value.json("{\"likes\": \"tea\"}")).join();
      var _ = db.put("people", "ada", Value.json("{\"likes\": \"coffee\"}")).join();
      var _ = db.put("people", "ben", Value.json("{\"likes\": \"water\"}")).join();
      var _ = db.backup(BackupRequest.to(Path.of(arguments[1]))).join();

      // region purge
      PurgeRequest request =
          PurgeRequest.key("people", "ada").withActor("support").withReason("request 4711");
      PurgeReport report = db.purge(request).join();
      System.out.println(report.purge().erased().total() + " rows are gone");
      report
          .backups()
          .forEach(
              backup -> System.out.println("still in a backup of version " + backup.version()));
      // endregion
      System.out.println("versions left: " + db.history("people", "ada").join().items().size());

      // region log
      List<ChangeEvent> events =
          db.reactive()
              .watch(WatchRequest.of("people").withAfter(AsOf.version(0)).withUntil(AsOf.now()))
              .collectList()
              .blockOptional()
              .orElseThrow();
      for (ChangeEvent event : events) {
        if (event instanceof ChangeEvent.RecordPurged purged) {
          CommitInfo purge = db.commit(purged.purgeVersion()).join().orElseThrow();
          System.out.println(
              event.commit().version() + ": purged by " + purge.attributes().actor());
        }
      }
      // endregion
    }
  }
}
