package dev.nacre.rag.embed;

import dev.nacre.embed.Embedder;
import dev.nacre.error.DatabaseClosedException;
import dev.nacre.error.NacreException;
import dev.nacre.error.ResourceExhaustedException;
import dev.nacre.error.UnavailableException;
import dev.nacre.error.ValidationException;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The sentence model behind worker threads.
 *
 * <p>Calls wait in a {@link TurnQueue}; each worker takes one text at a time from the call whose
 * turn it is. The model is native memory, so it is freed by whoever leaves last: {@link #close}
 * stops the queue, and the last worker to see that frees the model. A worker never touches it after
 * it has seen the stop.
 */
public final class MiniLmEmbedder implements Embedder {
  /** The id of the model, as embedding spaces name it. */
  public static final String MODEL = "all-MiniLM-L6-v2-q";

  private static final EmbeddingSpace SPACE =
      new EmbeddingSpace(
          EmbeddingSpace.DEFAULT_NAME, SentenceModel.DIMENSION, Metric.COSINE, MODEL);
  private static final int WORKERS_MAX = 8;
  private static final long WAITING_CHARACTERS_MAX = 64L << 20;

  private final Function<String, float @Nullable []> model;
  private final Runnable free;
  private final TurnQueue queue = new TurnQueue(WAITING_CHARACTERS_MAX);
  private final List<Thread> workers = new ArrayList<>();
  private int alive;

  /** For tests: any function in place of the model; null for a text without a word. */
  MiniLmEmbedder(Function<String, float @Nullable []> model, Runnable free, int threads) {
    this.model = model;
    this.free = free;
    this.alive = threads;
    for (int i = 0; i < threads; i++) {
      workers.add(Thread.ofPlatform().daemon().name("nacre-embed-" + i).unstarted(this::work));
    }
    workers.forEach(Thread::start);
  }

  /** Loads the model on the caller's thread. */
  public static MiniLmEmbedder load() {
    SentenceModel model = SentenceModel.load();
    return new MiniLmEmbedder(
        model::embed,
        model::close,
        Math.clamp(Runtime.getRuntime().availableProcessors(), 1, WORKERS_MAX));
  }

  @Override
  public EmbeddingSpace space() {
    return SPACE;
  }

  @Override
  public CompletableFuture<List<float[]>> embed(List<String> texts) {
    EmbedCall call = new EmbedCall(texts);
    for (int i = 0; i < call.size(); i++) {
      if (call.text(i).isBlank()) {
        return CompletableFuture.failedFuture(noWord(i, call.size()));
      }
    }
    return switch (queue.offer(call)) {
      case TAKEN -> call.future();
      case FULL ->
          CompletableFuture.failedFuture(
              new ResourceExhaustedException(
                  "more than "
                      + WAITING_CHARACTERS_MAX
                      + " characters wait to be embedded; wait for earlier calls, or split this one",
                  Map.of("texts", Integer.toString(call.size()))));
      case STOPPED -> CompletableFuture.failedFuture(closed());
    };
  }

  /**
   * Frees the model once the texts in hand are done; calls that wait fail. Returns when it is
   * freed, but on a worker (a continuation of a future of this embedder) at once.
   */
  @Override
  public void close() {
    for (EmbedCall waiting : queue.stop()) {
      waiting.fail(closed());
    }
    if (workers.contains(Thread.currentThread())) {
      return;
    }
    boolean interrupted = false;
    for (Thread worker : workers) {
      while (worker.isAlive()) {
        try {
          worker.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void work() {
    try {
      for (TurnQueue.Turn turn = queue.take(); turn != null; turn = queue.take()) {
        embedOne(turn.call(), turn.index());
      }
    } finally {
      if (lastToLeave()) {
        free.run();
      }
    }
  }

  private void embedOne(EmbedCall call, int index) {
    try {
      float[] vector = model.apply(call.text(index));
      if (vector == null) {
        call.fail(noWord(index, call.size()));
      } else {
        call.done(index, vector);
      }
    } catch (NacreException e) {
      call.fail(e);
    } catch (RuntimeException | Error e) {
      // The caller must hear of it, and the worker must live on for the others.
      call.fail(
          new UnavailableException(
              "embedding a text of " + call.text(index).length() + " characters failed: " + e,
              Map.of("index", Integer.toString(index)),
              e));
    }
  }

  private synchronized boolean lastToLeave() {
    return --alive == 0;
  }

  private static ValidationException noWord(int index, int count) {
    return new ValidationException(
        "text " + index + " of " + count + " (counted from 0) has no word to embed",
        Map.of("index", Integer.toString(index)));
  }

  private static DatabaseClosedException closed() {
    return new DatabaseClosedException("the embedder is closed");
  }
}
