package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.feed.ChangeEvent;
import dev.nacre.feed.WatchRequest;
import dev.nacre.maintain.SweepReport;
import dev.nacre.model.HistoryEntry;
import dev.nacre.model.HistoryRequest;
import dev.nacre.model.Operation;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.FeedPosition;
import dev.nacre.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Records that expire: each becomes a tombstone once, whenever it is found. */
@Timeout(120)
class ExpirySweepTest extends SweptStore {
  @Test
  void expired_becomesATombstone_thatHistoryAndFeedShow() throws Exception {
    try (Store store = open()) {
      commit(store, putFor("ns", "k", 1, Duration.ofSeconds(10)));
      put(store, "ns", "other", 1);
      ReadPoint before = store.now();
      clock.advance(Duration.ofSeconds(20));
      ReadPoint expired = store.now();
      assertTrue(store.get(expired, "ns", "k", Set.of()).isEmpty());

      assertEquals(1, sweep(store).recordsExpired());
      assertEquals(3, store.now().version());
      assertEquals(
          Optional.of("expiry"),
          Optional.ofNullable(store.commitInfo(3).orElseThrow().attributes().source()));
      List<HistoryEntry> history = store.history(HistoryRequest.of("ns", "k")).items();
      assertEquals(
          List.of(Operation.DELETE, Operation.UPSERT),
          history.stream().map(HistoryEntry::operation).toList());
      assertEquals("expiry", history.getFirst().attributes().source());
      List<ChangeEvent> events =
          store.readFeed(WatchRequest.of("ns"), FeedPosition.after(2), Long.MAX_VALUE).events();
      assertEquals(1, events.size());
      assertEquals(
          Operation.DELETE,
          assertInstanceOf(ChangeEvent.RecordChanged.class, events.getFirst())
              .change()
              .operation());

      // Reads at what was read before are what they were.
      assertEquals(1, store.get(before, "ns", "k", Set.of()).orElseThrow().version());
      assertTrue(store.get(expired, "ns", "k", Set.of()).isEmpty());
      assertTrue(store.get(store.now(), "ns", "k", Set.of()).isEmpty());
      assertEquals(SweepReport.NOTHING, sweep(store));
    }
    assertClean();
  }

  @Test
  void expired_andWrittenAgain_isLeftAlone() throws Exception {
    try (Store store = open()) {
      commit(store, putFor("ns", "k", 1, Duration.ofSeconds(10)));
      clock.advance(Duration.ofSeconds(20));
      put(store, "ns", "k", 2);
      assertEquals(0, sweep(store).recordsExpired());
      assertEquals(2, store.get(store.now(), "ns", "k", Set.of()).orElseThrow().version());
    }
  }

  @Test
  void expired_manyAndLarge_areEndedInSeveralCommits() throws Exception {
    try (Store store = open()) {
      for (int i = 0; i < 40; i++) {
        commit(
            store,
            WriteBatch.of(
                upsert(
                    "ns",
                    "k" + i,
                    Value.bytes(new byte[100_000], "a/b"),
                    new Write.Expiry.After(Duration.ofSeconds(1)))));
      }
      clock.advance(Duration.ofMinutes(1));
      assertEquals(40, sweep(store).recordsExpired());
      assertTrue(store.now().version() > 42, "more than one commit");
      assertTrue(store.scan(ScanRequest.of("ns")).items().isEmpty());
    }
    assertClean();
  }

  @Test
  void expired_atAnInstantLongAgo_isFoundByALaterSweep() throws Exception {
    try (Store store = open()) {
      put(store, "ns", "k", 1);
      var _ = sweep(store);
      clock.advance(Duration.ofSeconds(5));
      commit(
          store,
          WriteBatch.of(
              upsert(
                  "ns",
                  "old",
                  Value.json("1"),
                  new Write.Expiry.At(Instant.parse("1960-01-01T00:00:00Z")))));
      commit(
          store,
          WriteBatch.of(
              upsert(
                  "ns",
                  "past",
                  Value.json("1"),
                  new Write.Expiry.At(Instant.parse("2000-01-01T00:00:00Z")))));
      assertEquals(2, sweep(store).recordsExpired());
    }
    assertClean();
  }
}
