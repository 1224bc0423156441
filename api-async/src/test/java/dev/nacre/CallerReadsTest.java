package dev.nacre;

import static dev.nacre.testing.Futures.await;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.KeyNotFoundException;
import dev.nacre.filter.Filter;
import dev.nacre.model.AsOf;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.Value;
import dev.nacre.search.SearchRequest;
import dev.nacre.testing.GatedProbe;
import dev.nacre.testing.Held;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** A platform thread that waits for a short read does it itself when no other thread has begun. */
class CallerReadsTest {
  private static final GetRequest FROM_DISK =
      GetRequest.of("docs", "a").withAsOf(AsOf.version(1)).withSpaces("default");

  private final GatedProbe probe = new GatedProbe();
  private final CountDownLatch callback = new CountDownLatch(1);

  private void release() {
    probe.release();
    callback.countDown();
  }

  private Database open() {
    Database db =
        EmbeddedDatabase.open(
            DatabaseOptions.inMemoryBuilder().readThreads(1).build(),
            store -> store.withProbe(probe));
    var _ = await(db.put("docs", "a", Value.text("one")));
    return db;
  }

  /** Keeps the one thread of the pool in a callback of the application. */
  private void occupyPool(Database db) {
    int held = probe.readsHeld();
    probe.holdReads();
    CountDownLatch inside = new CountDownLatch(1);
    var _ =
        db.scanPage(ScanRequest.of("docs"))
            .thenRun(
                () -> {
                  inside.countDown();
                  try {
                    callback.await();
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                });
    await().until(() -> probe.readsHeld() > held);
    probe.release();
    await().until(() -> inside.getCount() == 0);
  }

  private void assertReadByPool() {
    String reader = String.valueOf(probe.reader());
    assertTrue(reader.startsWith("nacre-read-"), reader);
  }

  private void assertReadByThisThread() {
    assertEquals(Thread.currentThread().getName(), probe.reader());
  }

  @Test
  void join_whileThePoolIsBusy_readsOnTheThreadThatWaits() throws Exception {
    try (Database db = open();
        Held _ = this::release) {
      occupyPool(db);
      assertReadByPool();
      assertTrue(db.get(FROM_DISK).join().isPresent());
      assertReadByThisThread();
      assertTrue(db.get(FROM_DISK).get().isPresent());
      assertTrue(db.contains(GetRequest.of("docs", "a").withSpaces("default")).join());
      CompletionException none =
          assertThrows(
              CompletionException.class,
              () -> {
                var _ = db.require("docs", "none").join();
              });
      var _ = assertInstanceOf(KeyNotFoundException.class, none.getCause());
      callback.countDown();
      DatabaseStats.Calls calls = await(db.stats()).calls();
      assertEquals(0, calls.readsWaiting());
      assertEquals(1, calls.inFlight(), "stats itself only");
    }
  }

  @Test
  void join_onAVirtualThread_leavesTheReadToThePool() throws Exception {
    try (Database db = open();
        Held _ = this::release) {
      occupyPool(db);
      CompletableFuture<?> joined = db.get(FROM_DISK);
      Thread waiting = Thread.startVirtualThread(joined::join);
      await().until(() -> waiting.getState() == Thread.State.WAITING);
      callback.countDown();
      waiting.join();
      assertReadByPool();
    }
  }

  @Test
  void getWithATimeout_isLeftToThePoolAndTimesOut() {
    try (Database db = open();
        Held _ = this::release) {
      occupyPool(db);
      CompletableFuture<?> read = db.get(FROM_DISK);
      assertThrows(TimeoutException.class, () -> read.get(20, TimeUnit.MILLISECONDS));
    }
  }

  @Test
  void join_ofAScan_isLeftToThePool() {
    try (Database db = open();
        Held _ = this::release) {
      occupyPool(db);
      CompletableFuture<?> scan = db.scanPage(ScanRequest.of("docs"));
      callback.countDown();
      var _ = scan.join();
      assertReadByPool();
    }
  }

  @Test
  void join_ofASearch_isDoneByWhoWaitsOnceTheSpaceIsInMemory() {
    try (Database db = open();
        Held _ = this::release) {
      var _ = await(db.embed("docs", "a", 1, 2));
      var _ = db.similar("docs", 1, 2).join();
      assertReadByPool();

      occupyPool(db);
      var _ = db.similar("docs", 1, 2).join();
      assertReadByThisThread();
    }
  }

  @Test
  void join_ofASearchThatIsLong_isLeftToThePool() {
    try (Database db = open();
        Held _ = this::release) {
      var _ = await(db.embed("docs", "a", 1, 2));
      SearchRequest search = SearchRequest.byVector("docs", 1, 2);
      var _ = await(db.similar(search));
      occupyPool(db);
      List<CompletableFuture<?>> searches =
          List.of(
              db.similar(search.withK(101)),
              db.similar(search.withFilter(Filter.eq("kind", "note"))),
              db.similar(search.withAsOf(AsOf.version(2))));
      callback.countDown();
      for (CompletableFuture<?> each : searches) {
        var _ = each.join();
        assertReadByPool();
      }
    }
  }

  @Test
  void join_onAnInterruptedThread_isLeftToThePool() {
    try (Database db = open();
        Held _ = this::release) {
      occupyPool(db);
      CompletableFuture<?> read = db.get(FROM_DISK);
      Thread.currentThread().interrupt();
      callback.countDown();
      var _ = read.join();
      assertTrue(Thread.interrupted());
      assertReadByPool();
    }
  }

  @Test
  void joinAndCancel_atOnce_endEveryCallOnce() throws InterruptedException, ExecutionException {
    try (Database db = open();
        Held _ = this::release) {
      int cancelled = 0;
      for (int i = 0; i < 2_000; i++) {
        CompletableFuture<?> read = db.get(FROM_DISK);
        Thread cancelling = Thread.ofPlatform().start(() -> read.cancel(false));
        try {
          var _ = read.join();
        } catch (CancellationException e) {
          cancelled++;
        }
        cancelling.join();
      }
      DatabaseStats.Calls calls = await(db.stats()).calls();
      assertEquals(0, calls.readsWaiting(), cancelled + " were cancelled");
      assertEquals(1, calls.inFlight(), "stats itself only");
    }
  }
}
