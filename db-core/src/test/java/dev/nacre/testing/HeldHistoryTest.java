package dev.nacre.testing;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.ConflictException;
import dev.nacre.error.HistoryDroppedException;
import dev.nacre.maintain.SweepReport;
import dev.nacre.model.AsOf;
import dev.nacre.model.Durability;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.Retention;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.SnapshotCheck;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.Pin;
import dev.nacre.store.Store;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Namespaces that are gone, and what holds the history of those that are not. */
@Timeout(120)
class HeldHistoryTest extends SweptStore {
  @Test
  void deletedNamespace_isDroppedWhole_othersAreNot() throws Exception {
    try (Store store = open()) {
      configure(store, "a", Retention.duration(Duration.ofMinutes(1)));
      put(store, "before", "k", 1);
      commit(store, putFor("a", "ttl", 1, Duration.ofMinutes(5)));
      embed(store, "a", "k", 1);
      embed(store, "a", "k", 2);
      int id = store.namespace(store.now(), "a").orElseThrow().id();
      long live = store.now().version();
      commit(store, WriteBatch.of(new Write.DeleteNamespace("a")));
      put(store, "behind", "k", 1);
      clock.advance(Duration.ofSeconds(30));
      assertEquals(0, sweep(store).namespacesDropped());
      assertEquals(5, at(store, live, "a", "k"));

      clock.advance(Duration.ofSeconds(40));
      assertEquals(1, sweep(store).namespacesDropped());
      assertThrows(HistoryDroppedException.class, () -> at(store, live, "a", "missing"));
      assertThrows(
          HistoryDroppedException.class,
          () -> store.scan(ScanRequest.of("a").withAsOf(AsOf.version(live))));
      assertTrue(store.scan(ScanRequest.of("a")).items().isEmpty());
      assertEquals(2, at(store, store.now().version(), "before", "k"));
      assertEquals(7, at(store, store.now().version(), "behind", "k"));
      assertEquals(0, sweep(store).namespacesDropped());

      // Its id is not given again, and what it left in the queue of expiries goes when it is due.
      put(store, "a", "k", 1);
      assertTrue(store.namespace(store.now(), "a").orElseThrow().id() > id);
      clock.advance(Duration.ofMinutes(10));
      assertEquals(0, sweep(store).recordsExpired());
    }
    assertClean();
    try (Store store = open()) {
      var _ = store.compact();
      assertThrows(
          HistoryDroppedException.class,
          () -> store.scan(ScanRequest.of("a").withAsOf(AsOf.version(3))));
      assertEquals(1, store.scan(ScanRequest.of("a")).items().size());
    }
    assertClean();
  }

  @Test
  void deletedNamespace_thatKeepsAll_staysReadable() throws Exception {
    try (Store store = open()) {
      put(store, "a", "k", 1);
      commit(store, WriteBatch.of(new Write.DeleteNamespace("a")));
      clock.advance(Duration.ofDays(1_000));
      assertEquals(SweepReport.NOTHING, sweep(store));
      assertEquals(1, at(store, 1, "a", "k"));
    }
  }

  @Test
  void pin_holdsWhatItNeeds_untilItIsClosed() throws Exception {
    try (Store store = open()) {
      configure(store, "ns", Retention.lastVersions(1));
      configure(store, "timed", Retention.duration(Duration.ofSeconds(1)));
      for (int i = 0; i < 5; i++) {
        embed(store, "ns", "k", i);
        embed(store, "timed", "k", i);
      }
      Pin pin = store.pin(AsOf.version(7));
      clock.advance(Duration.ofMinutes(1));
      SweepReport held = sweep(store);
      assertTrue(held.historyRows() > 0);
      assertEquals(7, at(store, 7, "ns", "k"));
      assertEquals(6, at(store, 7, "timed", "k"));
      assertEquals(SweepReport.NOTHING, sweep(store));
      pin.close();
      assertTrue(sweep(store).historyRows() > 0);
      assertThrows(HistoryDroppedException.class, () -> at(store, 7, "ns", "k"));
      assertThrows(HistoryDroppedException.class, () -> at(store, 7, "timed", "k"));
    }
    assertClean();
  }

  @Test
  void pin_ofOneNamespace_doesNotHoldOthers() throws Exception {
    try (Store store = open()) {
      configure(store, "a", Retention.duration(Duration.ofSeconds(1)));
      configure(store, "b", Retention.duration(Duration.ofSeconds(1)));
      try (Pin _ = store.pin(AsOf.version(2), "a")) {
        for (int i = 0; i < 3; i++) {
          put(store, "a", "k", i);
          put(store, "b", "k", i);
        }
        clock.advance(Duration.ofMinutes(1));
        assertEquals(2, sweep(store).historyRows());
        assertEquals(3, at(store, 3, "a", "k"));
        assertThrows(HistoryDroppedException.class, () -> at(store, 4, "b", "k"));
      }
      assertEquals(2, sweep(store).historyRows());
    }
  }

  @Test
  void transaction_fromBelowTheFloor_conflictsWithWhatIsNotKnownAnyMore() throws Exception {
    ReadPoint old;
    try (Store store = open()) {
      configure(store, "ns", Retention.duration(Duration.ofSeconds(1)));
      old = store.now();
      put(store, "ns", "k", 1);
      delete(store, "ns", "k");
      clock.advance(Duration.ofMinutes(1));
      assertEquals(2, sweep(store).historyRows());
    }
    // Opened again, so that nothing in memory knows of the change.
    try (Store store = open()) {
      WriteBatch batch = batch("ns", "k", 2).withCheck(new SnapshotCheck(old, List.of()));
      ExecutionException failed =
          assertThrows(
              ExecutionException.class,
              () -> store.commit(batch, Durability.ASYNC, LONG).get(20, SECONDS));
      assertInstanceOf(ConflictException.class, failed.getCause());
      commit(store, batch("ns", "k", 2).withCheck(new SnapshotCheck(store.now(), List.of())));
    }
  }
}
