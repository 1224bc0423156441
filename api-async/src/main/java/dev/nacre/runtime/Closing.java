package dev.nacre.runtime;

import dev.nacre.error.NacreException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a database once, in this order: refuse new calls, end watches, wait for calls in flight,
 * close search, close the store (which commits what it has accepted), end the threads.
 */
final class Closing {
  /** How long callbacks of the application may hold up closing. */
  private static final long CALLBACK_SECONDS_MAX = 10;

  private static final Logger LOG = LoggerFactory.getLogger(Closing.class);

  private final CallGate gate;
  private final Engines engines;
  private final ReadPool pool;
  private final Deadlines deadlines;
  private final FeedHub feeds;
  private final AtomicBoolean begun = new AtomicBoolean();
  private final CompletableFuture<Void> done = new CompletableFuture<>();

  Closing(CallGate gate, Engines engines, ReadPool pool, Deadlines deadlines, FeedHub feeds) {
    this.gate = gate;
    this.engines = engines;
    this.pool = pool;
    this.deadlines = deadlines;
    this.feeds = feeds;
  }

  /**
   * Begins to close, once; later calls get the same outcome. Each future is the caller's own: what
   * he does to it changes nothing.
   */
  CompletableFuture<Void> begin() {
    if (begun.compareAndSet(false, true)) {
      CompletableFuture<Void> drained = gate.close();
      start(() -> finish(drained));
    }
    CompletableFuture<Void> own = new CompletableFuture<>();
    var _ =
        done.whenComplete(
            (ignored, failure) -> {
              if (failure == null) {
                own.complete(null);
              } else {
                own.completeExceptionally(failure);
              }
            });
    return own;
  }

  private static void start(Runnable finish) {
    try {
      // Not a daemon: a program that ends with closeAsync() has its database closed.
      Thread _ = Thread.ofPlatform().name("nacre-close").daemon(false).start(finish);
    } catch (OutOfMemoryError e) {
      // The system starts no thread now, and whoever waits for the end must not wait for ever.
      Thread _ = Thread.ofVirtual().name("nacre-close").start(finish);
    }
  }

  /**
   * Begins to close and waits for the end. Inside a callback of the database, where waiting could
   * wait for itself, it does not wait.
   */
  void beginAndWait() {
    CompletableFuture<Void> closed = begin();
    if (CallFuture.isCompleting()) {
      return;
    }
    boolean interrupted = false;
    try {
      while (true) {
        try {
          closed.get();
          return;
        } catch (InterruptedException e) {
          // Leaving now would leave the database half closed.
          interrupted = true;
        } catch (ExecutionException e) {
          throw Failures.of("closing the database", e);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Calls in flight end by themselves, unless the application holds up a thread that they need. */
  private void awaitCalls(CompletableFuture<Void> drained) {
    try {
      Void _ = drained.copy().orTimeout(CALLBACK_SECONDS_MAX, TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      if (!(e.getCause() instanceof TimeoutException)) {
        throw e;
      }
      LOG.warn(
          "closing has waited {} s for {} calls in flight; a subscriber or callback that blocks a"
              + " thread of the database holds it up for as long as it does",
          CALLBACK_SECONDS_MAX,
          gate.count());
      Void _ = drained.join();
    }
  }

  private void finish(CompletableFuture<Void> drained) {
    try {
      feeds.close();
      awaitCalls(drained);
      pool.stop();
      try {
        engines.close();
      } finally {
        deadlines.stop();
        pool.awaitEnd(CALLBACK_SECONDS_MAX);
      }
      done.complete(null);
    } catch (NacreException e) {
      done.completeExceptionally(e);
    } catch (CompletionException e) {
      done.completeExceptionally(Failures.of("closing the database", e));
    } catch (RuntimeException | Error e) {
      done.completeExceptionally(Failures.of("closing the database", e));
    }
  }
}
