package dev.nacre.examples;

import dev.nacre.Database;
import dev.nacre.DatabaseOptions;
import dev.nacre.GetRequest;
import dev.nacre.error.HistoryDroppedException;
import dev.nacre.maintain.SweepReport;
import dev.nacre.model.AsOf;
import dev.nacre.model.Commit;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Retention;
import dev.nacre.model.Value;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;

/** Keeps a month of history of one namespace and the last versions of another. */
public final class KeepAndDrop {
  private KeepAndDrop() {}

  /** Prints what is left; the month passes by a clock of its own. */
  public static void main(String[] arguments) {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
    Clock clock = ((InstantSource) now::get).withZone(ZoneOffset.UTC);
    try (Database db = Database.open(DatabaseOptions.inMemoryBuilder().clock(clock).build())) {
      // region configure
      NamespaceOptions month =
          NamespaceOptions.DEFAULT.withRetention(Retention.duration(Duration.ofDays(30)));
      db.configure("notes", month).join();
      NamespaceOptions three = NamespaceOptions.DEFAULT.withRetention(Retention.lastVersions(3));
      db.configure("scratch", three).join();
      // endregion

      Commit first = db.put("notes", "ada", Value.text("drinks tea")).join();
      db.put("notes", "ada", Value.text("drinks coffee")).join();
      now.updateAndGet(instant -> instant.plus(Duration.ofDays(31)));

      // region sweep
      SweepReport report = db.sweep().join(); // or within a minute, by itself
      System.out.println("dropped " + report.historyRows()); // dropped 1

      try {
        db.get(GetRequest.of("notes", "ada").withAsOf(AsOf.version(first.version()))).join();
      } catch (CompletionException e) {
        if (e.getCause() instanceof HistoryDroppedException dropped) {
          System.out.println("left from version " + dropped.details().get("oldest"));
        }
      }
      // endregion
      System.out.println(db.require("notes", "ada").join().value().orElseThrow().asString());
    }
  }
}
