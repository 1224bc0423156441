package dev.nacre;

import static dev.nacre.testing.Futures.await;
import static dev.nacre.testing.Futures.failure;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.embed.Embedder;
import dev.nacre.error.DeadlineExceededException;
import dev.nacre.error.ResourceExhaustedException;
import dev.nacre.error.UnavailableException;
import dev.nacre.model.AsOf;
import dev.nacre.model.Commit;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.search.SearchRequest;
import dev.nacre.testing.GatedProbe;
import dev.nacre.testing.HashEmbedder;
import dev.nacre.testing.Held;
import dev.nacre.testing.RecordingSubscriber;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.Disposable;

/** Cancelling, deadlines and the bound of the queue, with storage or the embedder held. */
class CancellationTest {
  private static final GetRequest FROM_DISK =
      GetRequest.of("docs", "a").withAsOf(AsOf.version(1)).withSpaces("default");

  private final GatedProbe probe = new GatedProbe();
  private final HashEmbedder embedder = new HashEmbedder();

  private void release() {
    probe.release();
    embedder.release();
  }

  private Database open(DatabaseOptions.Builder options) {
    Database db =
        EmbeddedDatabase.open(
            options.readThreads(1).embedder(embedder).build(), store -> store.withProbe(probe));
    // However short the timeout of reads is, which the options give.
    PutRequest first = PutRequest.of("docs", "a", Value.text("one"));
    var _ = await(db.put(first.withTimeout(Duration.ofMinutes(1))));
    return db;
  }

  private Database open() {
    return open(DatabaseOptions.inMemoryBuilder());
  }

  @Test
  void cancel_ofAQueuedRead_meansItIsNeverRun() {
    try (Database db = open();
        Held _ = this::release) {
      probe.holdReads();
      CompletableFuture<?> running = db.scanPage(ScanRequest.of("docs"));
      await().until(() -> probe.readsHeld() == 1);
      CompletableFuture<?> queued = db.scanPage(ScanRequest.of("docs"));

      assertTrue(queued.cancel(false));
      assertTrue(queued.isCancelled());
      probe.release();
      var _ = await(running);
      // The one thread has passed the place of the cancelled read when this is answered.
      DatabaseStats stats = await(db.stats());
      assertEquals(1, probe.readsHeld());
      assertEquals(0, stats.calls().readsWaiting());
      assertEquals(1, stats.calls().inFlight(), "stats itself only");
    }
  }

  @Test
  void cancel_ofARunningRead_throwsItsAnswerAway() {
    try (Database db = open();
        Held _ = this::release) {
      probe.holdReads();
      CompletableFuture<?> running = db.scanPage(ScanRequest.of("docs"));
      await().until(() -> probe.readsHeld() == 1);

      assertTrue(running.cancel(false));
      probe.release();
      assertEquals(1, await(db.stats()).calls().inFlight());
      assertTrue(running.isCancelled());
    }
  }

  @Test
  void cancel_ofAWrite_withdrawsItUntilItIsGroupedAndIsRefusedAfter() {
    try (Database db = open();
        Held _ = this::release) {
      probe.holdWrites();
      CompletableFuture<Commit> grouped = db.put("docs", "b", Value.text("two"));
      await().until(() -> probe.writesHeld() == 1);
      CompletableFuture<Commit> queued = db.put("docs", "c", Value.text("three"));

      assertTrue(queued.cancel(false));
      assertFalse(grouped.cancel(false), "too late, yet cancelled");
      assertFalse(grouped.isCancelled());
      probe.release();
      assertEquals(2, await(grouped).version());
      assertEquals(3, await(db.put("docs", "d", Value.text("four"))).version());
      assertFalse(await(db.contains("docs", "c")));
      assertTrue(await(db.contains("docs", "b")));
    }
  }

  @Test
  void cancel_ofAMono_cancelsTheCall() {
    try (Database db = open();
        Held _ = this::release) {
      probe.holdWrites();
      CompletableFuture<Commit> grouped = db.put("docs", "b", Value.text("two"));
      await().until(() -> probe.writesHeld() == 1);
      Disposable queued = db.reactive().put("docs", "c", Value.text("three")).subscribe();
      queued.dispose();
      probe.release();

      var _ = await(grouped);
      assertEquals(3, await(db.put("docs", "d", Value.text("four"))).version());
      assertFalse(await(db.contains("docs", "c")));
    }
  }

  @Test
  void cancel_whileTheEmbedderWorks_writesNothing() {
    try (Database db = open();
        Held _ = this::release) {
      embedder.hold();
      CompletableFuture<Commit> put = db.embed(EmbedRequest.text("docs", "t", "some text"));
      CompletableFuture<?> search = db.similar(SearchRequest.byText("docs", "some text"));
      await().until(() -> embedder.waiting() == 2);

      assertTrue(put.cancel(false));
      assertTrue(search.cancel(false));
      embedder.release();
      assertEquals(1, await(db.stats()).readPoint().version());
      assertEquals(1, await(db.stats()).calls().inFlight());
    }
  }

  @Test
  void deadline_ofAWriteThatWaits_withdrawsIt() {
    try (Database db = open();
        Held _ = this::release) {
      probe.holdWrites();
      CompletableFuture<Commit> grouped = db.put("docs", "b", Value.text("two"));
      await().until(() -> probe.writesHeld() == 1);
      PutRequest late =
          PutRequest.of("docs", "c", Value.text("three")).withTimeout(Duration.ofMillis(50));

      failure(DeadlineExceededException.class, db.put(late));
      probe.release();
      var _ = await(grouped);
      assertFalse(await(db.contains("docs", "c")));
    }
  }

  @Test
  void deadline_ofAWriteWhoseTextIsNotEmbedded_writesNothing() {
    try (Database db = open();
        Held _ = this::release) {
      embedder.hold();
      EmbedRequest request =
          EmbedRequest.text("docs", "t", "some text").withTimeout(Duration.ofMillis(50));

      failure(DeadlineExceededException.class, db.embed(request));
      embedder.release();
      assertEquals(1, await(db.stats()).readPoint().version());
    }
  }

  @Test
  void deadlines_whenAnEmbedderThrowsOrBlocksOnBeingCancelled_stillPassForAll() {
    for (boolean blocks : List.of(true, false)) {
      CountDownLatch done = new CountDownLatch(1);
      Embedder stubborn =
          embedder(
              () ->
                  new CompletableFuture<>() {
                    @Override
                    public boolean cancel(boolean mayInterruptIfRunning) {
                      if (blocks) {
                        awaitUninterruptibly(done);
                      }
                      throw new IllegalStateException("broken on purpose");
                    }
                  });
      try (Database db = openWith(stubborn);
          Held _ = done::countDown) {
        for (int i = 0; i < 2; i++) {
          EmbedRequest request =
              EmbedRequest.text("docs", "t", "some text").withTimeout(Duration.ofMillis(50));
          failure(DeadlineExceededException.class, db.embed(request));
        }
        CompletableFuture<?> search = db.similar(SearchRequest.byText("docs", "some text"));
        assertTrue(search.cancel(false));
        await().until(() -> await(db.stats()).calls().inFlight() == 1);
      }
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static Database openWith(Embedder embedder) {
    return Database.open(DatabaseOptions.inMemoryBuilder().embedder(embedder).build());
  }

  private static Embedder embedder(Supplier<CompletableFuture<List<float[]>>> answer) {
    return new Embedder() {
      @Override
      public EmbeddingSpace space() {
        return EmbeddingSpace.of(3);
      }

      @Override
      public CompletableFuture<List<float[]>> embed(List<String> texts) {
        return answer.get();
      }

      @Override
      public void close() {}
    };
  }

  @Test
  void deadline_ofReads_passesForTheRunningAndTheQueued() {
    try (Database db = open(DatabaseOptions.inMemoryBuilder().timeout(Duration.ofMillis(300)));
        Held _ = this::release) {
      probe.holdReads();
      CompletableFuture<?> running = db.scanPage(ScanRequest.of("docs"));
      CompletableFuture<?> queued = db.scanPage(ScanRequest.of("docs"));

      failure(DeadlineExceededException.class, running);
      failure(DeadlineExceededException.class, queued);
      probe.release();
      // Asking takes a thread too, and on a busy machine may miss the deadline itself.
      await()
          .ignoreException(DeadlineExceededException.class)
          .until(() -> await(db.stats()).calls().inFlight() == 1);
      assertTrue(probe.readsHeld() <= 1, "the queued read ran after its deadline");
    }
  }

  @Test
  void readsBeyondTheQueue_failAtOnceAndMayBeRetried() {
    try (Database db = open(DatabaseOptions.inMemoryBuilder().readQueue(5));
        Held _ = this::release) {
      probe.holdReads();
      CompletableFuture<?> running = db.scanPage(ScanRequest.of("docs"));
      await().until(() -> probe.readsHeld() == 1);
      List<CompletableFuture<Optional<VersionedRecord>>> queued = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        queued.add(db.get(FROM_DISK));
      }
      ResourceExhaustedException full =
          failure(ResourceExhaustedException.class, db.get(FROM_DISK));
      assertTrue(full.retryable());
      // Memory needs no thread.
      assertTrue(await(db.get("docs", "a")).isPresent());
      // A cancelled read makes room.
      assertTrue(queued.removeFirst().cancel(false));
      queued.add(db.get(FROM_DISK));

      probe.release();
      var _ = await(running);
      queued.forEach(read -> assertTrue(await(read).isPresent()));
    }
  }

  @Test
  void cancel_ofAScan_stopsItsSignals() {
    try (Database db = open();
        Held _ = this::release) {
      var _ = await(db.put("docs", "b", Value.text("two")));
      probe.holdReads();
      RecordingSubscriber<VersionedRecord> subscriber = new RecordingSubscriber<>();
      db.scan(ScanRequest.of("docs").withLimit(1)).subscribe(subscriber);
      subscriber.request(10);
      await().until(() -> probe.readsHeld() == 1);
      subscriber.cancel();
      probe.release();

      assertEquals(1, await(db.stats()).calls().inFlight());
      assertEquals(List.of(), subscriber.items());
      assertFalse(subscriber.hasEnded());
    }
  }

  /** What somebody else's embedder may do wrong. */
  enum Fault {
    THROWS,
    ANSWERS_NULL,
    FAILS,
    ANSWERS_TOO_FEW,
    ANSWERS_ANOTHER_DIMENSION
  }

  @ParameterizedTest
  @EnumSource
  @SuppressWarnings("NullAway") // Answering null is one of the faults.
  void faultyEmbedder_failsTheCallAndWritesNothing(Fault fault) {
    Database faulty =
        openWith(
            embedder(
                () ->
                    switch (fault) {
                      case THROWS -> throw new IllegalStateException("broken on purpose");
                      case ANSWERS_NULL -> null;
                      case FAILS -> CompletableFuture.failedFuture(new IOException("no model"));
                      case ANSWERS_TOO_FEW -> CompletableFuture.completedFuture(List.of());
                      case ANSWERS_ANOTHER_DIMENSION ->
                          CompletableFuture.completedFuture(List.of(new float[] {1, 2}));
                    }));
    try (Database db = faulty) {
      var embed = db.embed(EmbedRequest.text("docs", "t", "some text"));
      var similar = db.similar(SearchRequest.byText("docs", "some text"));
      if (fault == Fault.ANSWERS_ANOTHER_DIMENSION) {
        failure(dev.nacre.error.ValidationException.class, embed);
        failure(dev.nacre.error.ValidationException.class, similar);
      } else {
        failure(UnavailableException.class, embed);
        failure(UnavailableException.class, similar);
      }
      assertEquals(0, await(db.stats()).readPoint().version());
    }
  }
}
