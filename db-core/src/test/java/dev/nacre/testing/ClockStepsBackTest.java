package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.feed.ChangeEvent;
import dev.nacre.feed.WatchRequest;
import dev.nacre.model.AsOf;
import dev.nacre.model.Commit;
import dev.nacre.model.Durability;
import dev.nacre.model.HistoryOrder;
import dev.nacre.model.HistoryRequest;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.Value;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.FeedPosition;
import dev.nacre.store.Pin;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When the wall clock steps back, the order of commits and reads as of an instant hold. */
class ClockStepsBackTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir private Path directory;

  private final ManualClock clock = new ManualClock(START);

  @Test
  void orderAndInstants_hold_alsoAfterReopening() throws Exception {
    StoreOptions options = StoreOptions.in(directory.resolve("db")).withClock(clock);
    List<Commit> commits = new ArrayList<>();
    ReadPoint pinned;
    try (Store store = Store.open(options)) {
      commits.add(put(store, 1));
      clock.advance(Duration.ofHours(1));
      commits.add(put(store, 2));
      try (Pin pin = store.pin(AsOf.now())) {
        pinned = pin.readPoint();
        clock.advance(Duration.ofHours(-2));
        commits.add(put(store, 3));
        commits.add(put(store, 4));
        // Now is never before what is visible, and a pin stays where it is.
        assertEquals(commits.get(3).committedAt(), store.now().instant());
        assertEquals(text(store, AsOf.at(pinned)), "2");
      }
    }
    clock.advance(Duration.ofHours(-1));
    try (Store store = Store.open(options)) {
      commits.add(put(store, 5));
      clock.advance(Duration.ofHours(10));
      commits.add(put(store, 6));
      for (int i = 0; i < commits.size(); i++) {
        Commit commit = commits.get(i);
        assertEquals(i + 1, commit.version());
        assertTrue(i == 0 || commit.committedAt().isAfter(commits.get(i - 1).committedAt()));
        assertEquals("" + (i + 1), text(store, AsOf.instant(commit.committedAt())));
        assertEquals(
            i == 0 ? "" : "" + i,
            text(store, AsOf.instant(commit.committedAt().minusNanos(1_000))));
      }
      // While the clock was behind, commits are a microsecond apart.
      assertEquals(
          Duration.ofNanos(3_000),
          Duration.between(commits.get(1).committedAt(), commits.get(4).committedAt()));
      assertEquals("2", text(store, AsOf.at(pinned)));
      assertEquals(
          List.of(1L, 2L, 3L, 4L, 5L, 6L),
          store
              .history(HistoryRequest.of("ns", "k").withOrder(HistoryOrder.OLDEST_FIRST))
              .items()
              .stream()
              .map(entry -> entry.version())
              .toList());
      List<ChangeEvent> events =
          store.readFeed(WatchRequest.of("ns"), FeedPosition.after(1), Long.MAX_VALUE).events();
      assertEquals(commits.subList(1, 6), events.stream().map(ChangeEvent::commit).toList());
    }
  }

  private static Commit put(Store store, int value) throws Exception {
    return store
        .commit(
            WriteBatch.builder().put("ns", "k", Value.json("" + value)).build(),
            Durability.ASYNC,
            Duration.ofSeconds(30))
        .get(30, TimeUnit.SECONDS);
  }

  private static String text(Store store, AsOf asOf) {
    return store
        .get(store.resolve(asOf), "ns", "k", Set.of())
        .flatMap(record -> record.value())
        .map(Value::asString)
        .orElse("");
  }
}
