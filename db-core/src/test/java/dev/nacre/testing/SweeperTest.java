package dev.nacre.testing;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.DatabaseClosedException;
import dev.nacre.error.UnavailableException;
import dev.nacre.maintain.SweepReport;
import dev.nacre.model.Retention;
import dev.nacre.store.Store;
import dev.nacre.store.Sweeping;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The sweeper itself: by itself, stopped, failing, closed. */
@Timeout(120)
class SweeperTest extends SweptStore {
  @Test
  void background_sweepsByItself_andShowsInStatistics() throws Exception {
    try (Store store =
        Store.open(
            options().withSweeping(new Sweeping(Duration.ofMillis(20), Duration.ofSeconds(1))))) {
      configure(store, "ns", Retention.lastVersions(1));
      put(store, "ns", "k", 1);
      put(store, "ns", "k", 2);
      commit(store, putFor("ns", "ttl", 1, Duration.ofSeconds(2)));
      clock.advance(Duration.ofMinutes(1));
      await().until(() -> store.statistics().sweeps().total().recordsExpired() == 1);
      await().until(() -> store.statistics().sweeps().total().historyRows() >= 1);
      assertTrue(store.statistics().sweeps().sweeps().count() > 0);
      assertEquals(0, store.statistics().sweeps().failures());
    }
  }

  @Test
  void close_duringASweep_endsItSoon() throws Exception {
    Store store = open();
    configure(store, "ns", Retention.lastVersions(1));
    for (int i = 0; i < 3; i++) {
      put(store, "ns", "k", i);
    }
    clock.advance(Duration.ofMinutes(1));
    probe.holdWrites();
    CompletableFuture<SweepReport> sweep =
        CompletableFuture.supplyAsync(() -> store.sweep(() -> false));
    await().until(() -> probe.writesHeld() > 0);
    CompletableFuture<Void> closed = CompletableFuture.runAsync(store::close);
    probe.release();
    closed.get(20, SECONDS);
    try {
      // It was at its last write, or it was told.
      assertTrue(sweep.get(20, SECONDS).historyRows() > 0);
    } catch (ExecutionException e) {
      assertInstanceOf(DatabaseClosedException.class, e.getCause());
    }
    assertThrows(DatabaseClosedException.class, () -> store.sweep(() -> false));
    assertClean();
  }

  @Test
  void sweep_thatIsStopped_endsAndGoesOnLater() throws Exception {
    try (Store store = open()) {
      configure(store, "ns", Retention.lastVersions(1));
      put(store, "ns", "k", 1);
      put(store, "ns", "k", 2);
      clock.advance(Duration.ofMinutes(1));
      assertThrows(CancellationException.class, () -> store.sweep(() -> true));
      assertEquals(1, sweep(store).historyRows());
    }
  }

  @Test
  void sweep_thatStorageFails_isTypedAndCounted() throws Exception {
    try (Store store = open()) {
      configure(store, "ns", Retention.lastVersions(1));
      put(store, "ns", "k", 1);
      put(store, "ns", "k", 2);
      clock.advance(Duration.ofMinutes(1));
      probe.failWrites(new IllegalStateException("the disk is on fire"));
      assertThrows(UnavailableException.class, () -> store.sweep(() -> false));
      probe.failWrites(null);
      assertEquals(1, store.statistics().sweeps().failures());
      assertTrue(store.statistics().sweeps().lastFailure().contains("on fire"));
      assertEquals(3, at(store, 3, "ns", "k"));
    }
    try (Store store = open()) {
      assertEquals(1, sweep(store).historyRows());
    }
    assertClean();
  }

  @Test
  void readOnly_doesNotSweep() throws Exception {
    try (Store store = open()) {
      put(store, "ns", "k", 1);
    }
    try (Store store = Store.open(options().asReadOnly())) {
      assertThrows(UnavailableException.class, () -> store.sweep(() -> false));
    }
  }
}
