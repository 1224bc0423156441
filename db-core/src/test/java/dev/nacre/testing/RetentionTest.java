package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.nacre.error.HistoryDroppedException;
import dev.nacre.feed.WatchRequest;
import dev.nacre.maintain.SweepReport;
import dev.nacre.model.AsOf;
import dev.nacre.model.HistoryEntry;
import dev.nacre.model.HistoryRequest;
import dev.nacre.model.Operation;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.Retention;
import dev.nacre.model.ScanRequest;
import dev.nacre.store.FeedPosition;
import dev.nacre.store.Store;
import dev.nacre.store.Sweeping;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the sweeper drops by a duration or a number of versions, and what readers are told. */
@Timeout(120)
class RetentionTest extends SweptStore {
  @Test
  void duration_dropsWhatEndedBefore_andNamesTheOldestThatIsLeft() throws Exception {
    try (Store store = open()) {
      configure(store, "ns", Retention.duration(Duration.ofMinutes(10)));
      for (int i = 0; i < 5; i++) {
        embed(store, "ns", "k", i);
        clock.advance(Duration.ofMinutes(1));
      }
      delete(store, "ns", "k");
      put(store, "ns", "stays", 1);
      put(store, "all", "k", 1);
      put(store, "all", "k", 2);
      // The deletion is at version 7, six minutes after the first commit.
      clock.advance(Duration.ofMinutes(9));
      clock.advance(Duration.ofSeconds(30));
      SweepReport report = sweep(store);
      // What ended up to version 6: four superseded versions, of the log five.
      assertEquals(new SweepReport(0, 4, 4, 5, 0), report);
      HistoryDroppedException dropped =
          assertThrows(
              HistoryDroppedException.class,
              () -> store.get(store.resolve(AsOf.version(3)), "ns", "k", Set.of()));
      assertEquals("6", dropped.details().get("oldest"));
      assertEquals("ns", dropped.details().get("namespace"));
      assertEquals(6, at(store, 6, "ns", "k"));
      assertThrows(
          HistoryDroppedException.class,
          () -> store.scan(ScanRequest.of("ns").withAsOf(AsOf.version(5))));
      assertEquals(1, store.scan(ScanRequest.of("ns").withAsOf(AsOf.version(6))).items().size());
      assertEquals(2, store.history(HistoryRequest.of("ns", "k")).items().size());

      clock.advance(Duration.ofMinutes(10));
      assertEquals(new SweepReport(0, 2, 1, 2, 0), sweep(store));
      assertEquals(0, store.history(HistoryRequest.of("ns", "k")).items().size());
      assertEquals(8, at(store, 8, "ns", "stays"));
      // Its record has not ended, and a namespace that keeps all has everything.
      assertEquals(9, at(store, 9, "all", "k"));
      assertEquals(SweepReport.NOTHING, sweep(store));
    }
    assertClean();
    try (Store store = open()) {
      assertThrows(
          HistoryDroppedException.class,
          () -> store.scan(ScanRequest.of("ns").withAsOf(AsOf.version(7))));
      assertEquals(SweepReport.NOTHING, sweep(store));
    }
  }

  @Test
  void duration_dropsTheLog_feedsAreRefusedAndViewsToo() throws Exception {
    try (Store store = open()) {
      configure(store, "ns", Retention.duration(Duration.ofSeconds(5)));
      for (int i = 0; i < 5; i++) {
        put(store, "ns", "k" + i, i);
      }
      clock.advance(Duration.ofMinutes(1));
      put(store, "ns", "new", 1);
      assertEquals(5, sweep(store).logRows());
      int id = store.namespace(store.now(), "ns").orElseThrow().id();
      assertThrows(HistoryDroppedException.class, () -> store.readLog(id, 3, 7, _ -> {}));
      store.readLog(id, 6, 7, change -> assertEquals("new", change.key()));
      HistoryDroppedException dropped =
          assertThrows(
              HistoryDroppedException.class,
              () -> store.readFeed(WatchRequest.of("ns"), FeedPosition.after(2), Long.MAX_VALUE));
      long oldest = Long.parseLong(dropped.details().get("oldest"));
      assertEquals(
          1,
          store
              .readFeed(WatchRequest.of("ns"), FeedPosition.after(oldest - 1), Long.MAX_VALUE)
              .events()
              .size());
    }
  }

  @Test
  void grace_keepsWhatHasJustEnded() throws Exception {
    try (Store store =
        Store.open(options().withSweeping(new Sweeping(Duration.ZERO, Duration.ofMinutes(1))))) {
      configure(store, "a", Retention.lastVersions(1));
      configure(store, "b", Retention.duration(Duration.ofNanos(1_000)));
      for (int i = 0; i < 3; i++) {
        put(store, "a", "k", i);
        put(store, "b", "k", i);
      }
      clock.advance(Duration.ofSeconds(59));
      assertEquals(SweepReport.NOTHING, sweep(store));
      clock.advance(Duration.ofSeconds(2));
      assertEquals(4, sweep(store).historyRows());
    }
  }

  @Test
  void lastVersions_keepsThatMany_theLogKeepsItsRows() throws Exception {
    try (Store store = open()) {
      configure(store, "ns", Retention.lastVersions(2));
      for (int i = 0; i < 5; i++) {
        embed(store, "ns", "k", i);
      }
      put(store, "ns", "once", 1);
      clock.advance(Duration.ofSeconds(10));
      assertEquals(new SweepReport(0, 3, 3, 0, 0), sweep(store));
      assertEquals(
          List.of(6L, 5L),
          store.history(HistoryRequest.of("ns", "k")).items().stream()
              .map(HistoryEntry::version)
              .toList());
      // A version that covers the moment is the answer; what is gone is not silently absent.
      assertEquals(5, at(store, 5, "ns", "k"));
      HistoryDroppedException dropped =
          assertThrows(HistoryDroppedException.class, () -> at(store, 4, "ns", "k"));
      assertEquals("5", dropped.details().get("oldest"));
      assertEquals(
          7,
          store
              .readFeed(WatchRequest.of("ns"), FeedPosition.after(0), Long.MAX_VALUE)
              .events()
              .size());
      assertThrows(
          HistoryDroppedException.class,
          () ->
              store.readFeed(
                  WatchRequest.of("ns").withRecords(), FeedPosition.after(0), Long.MAX_VALUE));

      // Fewer are kept from now on: everything is looked at again.
      configure(store, "ns", Retention.lastVersions(1));
      clock.advance(Duration.ofSeconds(10));
      assertEquals(1, sweep(store).historyRows());
      assertEquals(SweepReport.NOTHING, sweep(store));
    }
    assertClean();
  }

  @Test
  void lastVersions_ofADeletedRecord_keepsTheTombstone() throws Exception {
    try (Store store = open()) {
      configure(store, "ns", Retention.lastVersions(1));
      embed(store, "ns", "k", 1);
      delete(store, "ns", "k");
      clock.advance(Duration.ofSeconds(10));
      assertEquals(new SweepReport(0, 1, 1, 0, 0), sweep(store));
      assertEquals(
          List.of(Operation.DELETE),
          store.history(HistoryRequest.of("ns", "k")).items().stream()
              .map(HistoryEntry::operation)
              .toList());
    }
    assertClean();
  }

  @Test
  void retention_thatChanges_isFollowed() throws Exception {
    try (Store store = open()) {
      for (int i = 0; i < 5; i++) {
        embed(store, "ns", "k", i);
      }
      clock.advance(Duration.ofSeconds(10));
      assertEquals(SweepReport.NOTHING, sweep(store));
      configure(store, "ns", Retention.lastVersions(3));
      assertEquals(2, sweep(store).historyRows());
      configure(store, "ns", Retention.duration(Duration.ofSeconds(5)));
      SweepReport report = sweep(store);
      assertEquals(2, report.historyRows());
      assertEquals(5, report.logRows());
      configure(store, "ns", Retention.all());
      embed(store, "ns", "k", 6);
      clock.advance(Duration.ofDays(10));
      assertEquals(SweepReport.NOTHING, sweep(store));
      assertEquals(2, store.history(HistoryRequest.of("ns", "k")).items().size());
    }
    assertClean();
  }

  @Test
  void vectors_ofVersionsThatStay_stay() throws Exception {
    try (Store store = open()) {
      configure(store, "ns", Retention.lastVersions(2));
      embed(store, "ns", "k", 1);
      // The embedding carries over.
      for (int i = 0; i < 4; i++) {
        put(store, "ns", "k", i);
      }
      embed(store, "ns", "k", 2);
      clock.advance(Duration.ofMinutes(1));
      assertEquals(new SweepReport(0, 4, 0, 0, 0), sweep(store));
      ReadPoint at = store.resolve(AsOf.version(6));
      assertArrayEquals(
          new float[] {1, 1, 1},
          Objects.requireNonNull(
                  store
                      .get(at, "ns", "k", Set.of(SPACE.name()))
                      .orElseThrow()
                      .embeddings()
                      .get(SPACE.name()))
              .vector());
      put(store, "ns", "k", 9);
      clock.advance(Duration.ofMinutes(1));
      assertEquals(new SweepReport(0, 1, 1, 0, 0), sweep(store));
    }
    assertClean();
  }
}
