package dev.nacre;

import static dev.nacre.testing.Futures.await;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.KeyNotFoundException;
import dev.nacre.model.AsOf;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.Value;
import dev.nacre.testing.GatedProbe;
import dev.nacre.testing.Held;
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
    await().until(() -> probe.readsHeld() == 1);
    probe.release();
    await().until(() -> inside.getCount() == 0);
  }

  @Test
  void join_whileThePoolIsBusy_readsOnTheThreadThatWaits() throws Exception {
    try (Database db = open();
        Held _ = this::release) {
      occupyPool(db);
      CompletableFuture<?> joined = db.get(FROM_DISK);
      CompletableFuture<Thread> by = joined.thenApply(_ -> Thread.currentThread());
      assertTrue(db.get(FROM_DISK).get().isPresent());
      var _ = joined.join();
      assertSame(Thread.currentThread(), by.join());
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
      CompletableFuture<Thread> by = joined.thenApply(_ -> Thread.currentThread());
      Thread waiting = Thread.startVirtualThread(joined::join);
      await().until(() -> waiting.getState() == Thread.State.WAITING);
      callback.countDown();
      assertTrue(await(by).getName().startsWith("nacre-read-"), () -> by.join().getName());
      waiting.join();
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
      CompletableFuture<Thread> by = scan.thenApply(_ -> Thread.currentThread());
      callback.countDown();
      var _ = scan.join();
      assertNotSame(Thread.currentThread(), by.join());
    }
  }

  @Test
  void join_ofASearch_isDoneByWhoWaitsOnceTheSpaceIsInMemory() {
    try (Database db = open();
        Held _ = this::release) {
      var _ = await(db.embed("docs", "a", 1, 2));
      probe.holdReads();
      CompletableFuture<?> first = db.similar("docs", 1, 2);
      CompletableFuture<Thread> byFirst = first.thenApply(_ -> Thread.currentThread());
      await().until(() -> probe.readsHeld() == 1);
      probe.release();
      var _ = first.join();
      assertNotSame(Thread.currentThread(), byFirst.join(), "it had to be loaded");

      occupyPool(db);
      CompletableFuture<?> second = db.similar("docs", 1, 2);
      CompletableFuture<Thread> bySecond = second.thenApply(_ -> Thread.currentThread());
      var _ = second.join();
      assertSame(Thread.currentThread(), bySecond.join());
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
