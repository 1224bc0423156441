package dev.nacre;

import static dev.nacre.testing.Futures.await;
import static dev.nacre.testing.Futures.failure;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.DatabaseClosedException;
import dev.nacre.model.Commit;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.WriteBatch;
import dev.nacre.testing.Futures;
import dev.nacre.testing.GatedProbe;
import dev.nacre.testing.RecordingSubscriber;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Closing drains, refuses, and happens once, whoever asks for it and from wherever. */
class ClosingTest {
  private static final Duration SOON = Duration.ofMinutes(1);

  @Test
  void close_withCallsInFlight_commitsAndAnswersThemAll(@TempDir Path directory) {
    GatedProbe probe = new GatedProbe();
    List<CompletableFuture<Commit>> writes = new ArrayList<>();
    List<CompletableFuture<?>> reads = new ArrayList<>();
    Database db =
        EmbeddedDatabase.open(
            DatabaseOptions.builder(directory).readThreads(2).build(),
            store -> store.withProbe(probe));
    var _ = await(db.put("docs", "first", Value.text("one")));
    probe.holdWrites();
    probe.holdReads();
    for (int i = 0; i < 50; i++) {
      writes.add(db.put("docs", "k" + i, Value.text("value")));
      reads.add(db.scanPage(ScanRequest.of("docs")));
    }
    await().until(() -> probe.writesHeld() == 1 && probe.readsHeld() == 2);
    CompletableFuture<Void> closed = db.closeAsync();

    failure(DatabaseClosedException.class, db.put("docs", "late", Value.text("no")));
    failure(DatabaseClosedException.class, db.get("docs", "first"));
    assertFalse(closed.isDone());
    probe.release();
    var _ = await(closed);
    // Complete when close says so, not some time later.
    for (int i = 0; i < 50; i++) {
      assertTrue(writes.get(i).isDone() && !writes.get(i).isCompletedExceptionally());
      assertTrue(reads.get(i).isDone() && !reads.get(i).isCompletedExceptionally());
    }
    try (Database again = Database.open(directory)) {
      assertEquals(51, await(again.scanPage(ScanRequest.of("docs"))).items().size());
      assertFalse(await(again.contains("docs", "late")));
    }
  }

  @Test
  void close_byManyThreadsAtOnce_closesOnceAndAllWait() throws InterruptedException {
    GatedProbe probe = new GatedProbe();
    Database db =
        EmbeddedDatabase.open(DatabaseOptions.inMemory(), store -> store.withProbe(probe));
    probe.holdWrites();
    CompletableFuture<Commit> write = db.put("docs", "a", Value.text("one"));
    await().until(() -> probe.writesHeld() == 1);
    AtomicInteger returned = new AtomicInteger();
    List<Thread> closers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      closers.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    db.close();
                    assertTrue(write.isDone());
                    returned.incrementAndGet();
                  }));
    }
    // A caller who plays with his future deceives himself only.
    db.closeAsync().complete(null);
    failure(DatabaseClosedException.class, db.stats());
    assertEquals(0, returned.get());
    probe.release();
    for (Thread closer : closers) {
      closer.join();
    }
    assertEquals(8, returned.get());
    db.close();
  }

  @RepeatedTest(5)
  void close_underLoad_answersEveryCallOrSaysClosed() throws InterruptedException {
    Database db = Database.openInMemory();
    var _ = await(db.batch(WriteBatch.builder().put("docs", "a", Value.text("one")).build()));
    var _ = await(db.embed("docs", "a", 1, 2, 3));
    ConcurrentLinkedQueue<CompletableFuture<?>> calls = new ConcurrentLinkedQueue<>();
    AtomicBoolean stop = new AtomicBoolean();
    CountDownLatch running = new CountDownLatch(4 * 50);
    List<Thread> callers = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      callers.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int i = 0; !stop.get() && i < 5_000; i++) {
                      calls.add(
                          switch (i % 5) {
                            case 0 -> db.put("docs", "k" + i, Value.text("value"));
                            case 1 -> db.get("docs", "a");
                            case 2 -> db.history("docs", "a");
                            case 3 -> db.similar("docs", 1, 2, 3);
                            default -> db.scanPage(ScanRequest.of("docs").withLimit(3));
                          });
                      running.countDown();
                    }
                  }));
    }
    running.await();
    db.close();
    stop.set(true);
    for (Thread caller : callers) {
      caller.join();
    }
    int answered = 0;
    for (CompletableFuture<?> call : calls) {
      try {
        var _ = await(call);
        answered++;
      } catch (dev.nacre.error.ResourceExhaustedException e) {
        assertTrue(e.retryable());
      } catch (DatabaseClosedException e) {
        assertEquals(dev.nacre.error.ErrorCode.DATABASE_CLOSED, e.code());
      }
    }
    assertTrue(answered > 0);
  }

  @Test
  void close_whileAScanIsHalfRead_doesNotWaitForIt() {
    Database db = Database.openInMemory();
    WriteBatch.Builder batch = WriteBatch.builder();
    for (int i = 0; i < 10; i++) {
      batch.put("docs", "k" + i, Value.text("value"));
    }
    var _ = await(db.batch(batch.build()));
    RecordingSubscriber<VersionedRecord> slow = new RecordingSubscriber<>();
    db.scan(ScanRequest.of("docs").withLimit(2)).subscribe(slow);
    slow.request(1);
    slow.awaitItems(1);
    assertTimeoutPreemptively(SOON, db::close);

    // What was read before is still handed over; the next page is not there.
    slow.request(Long.MAX_VALUE);
    assertInstanceOf(DatabaseClosedException.class, slow.failure().orElseThrow());
    assertEquals(2, slow.items().size());
  }

  @Test
  void close_insideCallbacks_doesNotWaitForItself() {
    for (int i = 0; i < 10; i++) {
      Database db = Database.open(DatabaseOptions.inMemoryBuilder().readThreads(1).build());
      var first = db.put("docs", "a", Value.text("one")).thenRun(db::close);
      var second = db.put("docs", "b", Value.text("two")).thenRun(db::close);
      var third = db.scanPage(ScanRequest.of("docs")).thenRun(db::close);
      for (CompletableFuture<Void> callback : List.of(first, second, third)) {
        try {
          var _ = Futures.await(callback);
        } catch (DatabaseClosedException e) {
          // The callback before was faster.
          assertFalse(callback.isCancelled());
        }
      }
      var _ = await(db.closeAsync());
    }
  }

  @Test
  void close_interrupted_stillClosesAndKeepsTheInterrupt(@TempDir Path directory) {
    Database db = Database.open(directory);
    var _ = await(db.put("docs", "a", Value.text("one")));
    Thread.currentThread().interrupt();
    db.close();

    assertTrue(Thread.interrupted());
    try (Database again = Database.open(directory)) {
      assertTrue(await(again.contains("docs", "a")));
    }
  }
}
