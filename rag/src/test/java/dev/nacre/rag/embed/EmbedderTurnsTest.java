package dev.nacre.rag.embed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.nacre.error.DatabaseClosedException;
import dev.nacre.error.ResourceExhaustedException;
import dev.nacre.error.UnavailableException;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Whose turn it is, cancelling and closing, with a model that stops at each text until it is let
 * on.
 */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class EmbedderTurnsTest {
  private final Semaphore permits = new Semaphore(0);
  private final List<String> begun = new CopyOnWriteArrayList<>();
  private final AtomicInteger freed = new AtomicInteger();

  private MiniLmEmbedder embedder() {
    return new MiniLmEmbedder(this::compute, freed::incrementAndGet, 1);
  }

  private float[] compute(String text) {
    begun.add(text);
    permits.acquireUninterruptibly();
    if (text.equals("bad")) {
      throw new IllegalStateException("as told");
    }
    return new float[] {text.length()};
  }

  private void awaitBegun(int count) {
    Awaitility.await().until(() -> begun.size() == count);
  }

  @CanIgnoreReturnValue
  private static <T extends Throwable> T failureOf(Class<T> type, CompletableFuture<?> future) {
    return assertInstanceOf(type, assertThrows(CompletionException.class, future::join).getCause());
  }

  @Test
  void embed_shortCallAfterBulk_waitsForOneTextOnly() {
    try (MiniLmEmbedder embedder = embedder()) {
      CompletableFuture<List<float[]>> bulk = embedder.embed(Collections.nCopies(1_000, "bulk"));
      awaitBegun(1);
      CompletableFuture<List<float[]>> question = embedder.embed(List.of("question"));
      permits.release(3);
      question.join();
      assertFalse(bulk.isDone());
      assertTrue(begun.indexOf("question") <= 2, begun.toString());
      permits.release(1_000);
      assertEquals(1_000, bulk.join().size());
    }
  }

  @Test
  void cancel_bulk_restIsNotComputed() {
    try (MiniLmEmbedder embedder = embedder()) {
      CompletableFuture<List<float[]>> bulk = embedder.embed(Collections.nCopies(1_000, "bulk"));
      awaitBegun(1);
      assertTrue(bulk.cancel(false));
      permits.release(2);
      embedder.embed(List.of("next")).join();
      assertEquals(List.of("bulk", "next"), begun);
    }
  }

  @Test
  void close_waitingCalls_failAndTheModelIsFreedAfterTheTextInHand() throws Exception {
    MiniLmEmbedder embedder = embedder();
    CompletableFuture<List<float[]>> inHand = embedder.embed(List.of("in hand"));
    awaitBegun(1);
    CompletableFuture<List<float[]>> waiting = embedder.embed(List.of("waiting"));
    Thread closer = Thread.ofPlatform().start(embedder::close);
    var _ = failureOf(DatabaseClosedException.class, waiting);
    assertEquals(0, freed.get());
    assertTrue(closer.isAlive());
    permits.release();
    closer.join();
    assertEquals(1, inHand.join().size());
    assertEquals(1, freed.get());
    embedder.close();
    assertEquals(1, freed.get());
    assertEquals(List.of("in hand"), begun);
  }

  @Test
  void close_fromAContinuation_doesNotWaitForItself() {
    MiniLmEmbedder embedder = embedder();
    CompletableFuture<Void> closed = embedder.embed(List.of("last")).thenRun(embedder::close);
    permits.release();
    closed.join();
    Awaitility.await().until(() -> freed.get() == 1);
    var _ = failureOf(DatabaseClosedException.class, embedder.embed(List.of("late")));
  }

  @Test
  void embed_modelFails_theCallFailsAndTheWorkerLives() {
    try (MiniLmEmbedder embedder = embedder()) {
      permits.release(10);
      UnavailableException failure =
          failureOf(UnavailableException.class, embedder.embed(List.of("good", "bad", "good")));
      assertEquals("1", failure.details().get("index"));
      assertEquals(1, embedder.embed(List.of("good")).join().size());
    }
  }

  @Test
  void embed_moreThanTheQueueHolds_refusedUntilThereIsRoom() {
    String big = "x".repeat(40 << 20);
    try (MiniLmEmbedder embedder = embedder()) {
      CompletableFuture<List<float[]>> first = embedder.embed(List.of("busy"));
      awaitBegun(1);
      CompletableFuture<List<float[]>> second = embedder.embed(List.of(big));
      var _ = failureOf(ResourceExhaustedException.class, embedder.embed(List.of(big)));
      // Cancelling makes room at once.
      assertTrue(second.cancel(false));
      CompletableFuture<List<float[]>> third = embedder.embed(List.of(big));
      permits.release(2);
      assertEquals(1, first.join().size());
      assertEquals(1, third.join().size());
    }
  }
}
