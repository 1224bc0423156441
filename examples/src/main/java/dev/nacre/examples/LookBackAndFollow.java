package dev.nacre.examples;

import dev.nacre.Database;
import dev.nacre.Snapshot;
import dev.nacre.diff.DiffPage;
import dev.nacre.diff.DiffRequest;
import dev.nacre.diff.ValueChange;
import dev.nacre.feed.ChangeEvent;
import dev.nacre.feed.WatchRequest;
import dev.nacre.model.AsOf;
import dev.nacre.model.Commit;
import dev.nacre.model.HistoryOrder;
import dev.nacre.model.HistoryRequest;
import dev.nacre.model.Value;
import java.util.List;

/**
 * A plan is changed by mistake: what changed is shown, the mistake undone, and somebody follows.
 */
public final class LookBackAndFollow {
  private LookBackAndFollow() {}

  /** Prints what changed, what a snapshot still sees, and what a follower saw. */
  public static void main(String[] arguments) {
    try (Database db = Database.openInMemory()) {
      Commit good =
          db.put("plans", "trip", Value.json("{\"days\": [1, 2, 3], \"to\": \"Delft\"}")).join();
      Commit bad =
          db.put("plans", "trip", Value.json("{\"days\": [1, 3], \"to\": \"Delfi\"}")).join();

      // region diff
      DiffRequest request =
          DiffRequest.of("plans", AsOf.version(good.version()), AsOf.version(bad.version()));
      DiffPage page = db.diff(request).join();
      page.items()
          .forEach(
              diff -> {
                if (diff.value().orElse(null) instanceof ValueChange.Patched patched) {
                  System.out.println(diff.key() + " " + diff.kind() + " " + patched.patch());
                }
              });
      // endregion

      // region snapshot
      try (Snapshot before = db.snapshot().join()) {
        Commit restored = db.restore("plans", "trip", AsOf.version(good.version())).join();
        System.out.println("version " + restored.version() + ": " + trip(db));
        System.out.println("the snapshot still sees: " + trip(before));
      }
      // endregion

      // region history
      db.history(HistoryRequest.of("plans", "trip").withOrder(HistoryOrder.OLDEST_FIRST))
          .join()
          .items()
          .forEach(entry -> System.out.println(entry.version() + " " + entry.operation()));
      // endregion

      // region watch
      List<ChangeEvent> events =
          db.reactive()
              .watch(
                  WatchRequest.of("plans")
                      .withAfter(AsOf.version(good.version()))
                      .withUntil(AsOf.now()) // Leave it out to stay and hear what comes.
                      .withRecords())
              .collectList()
              .blockOptional()
              .orElseThrow();
      for (ChangeEvent event : events) {
        if (event instanceof ChangeEvent.RecordChanged changed) {
          System.out.println(
              event.commit().version()
                  + " "
                  + changed.change().operation()
                  + " "
                  + changed.change().key()
                  + " "
                  + event.attributes().other());
        }
      }
      // endregion
    }
  }

  private static String trip(Database db) {
    return db.require("plans", "trip").join().value().orElseThrow().asString();
  }

  private static String trip(Snapshot snapshot) {
    return snapshot.require("plans", "trip").join().value().orElseThrow().asString();
  }
}
