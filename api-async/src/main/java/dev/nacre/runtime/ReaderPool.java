package dev.nacre.runtime;

import dev.nacre.error.NacreException;
import dev.nacre.error.ResourceExhaustedException;
import dev.nacre.error.UnavailableException;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bounded pool of platform threads for what may touch the disk or takes long. (Virtual threads
 * would pin their carriers in native code.)
 */
final class ReaderPool {
  private static final Logger LOG = LoggerFactory.getLogger(ReaderPool.class);

  private final ThreadPoolExecutor threads;
  private final int queueMax;

  ReaderPool(int threadCount, int queueMax) {
    this.queueMax = queueMax;
    this.threads =
        new ThreadPoolExecutor(
            threadCount,
            threadCount,
            10,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(queueMax),
            Thread.ofPlatform().daemon().name("nacre-reader-", 0).factory());
    threads.allowCoreThreadTimeOut(true);
  }

  /**
   * Runs {@code call} on a thread of the pool; cancelling the future before it has begun takes it
   * out of the queue.
   */
  <R> CompletableFuture<R> submit(Supplier<R> call) {
    Task<R> task = new Task<>(call);
    try {
      threads.execute(task);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(
          new ResourceExhaustedException(
              queueMax + " reads wait for a thread, the bound; slow down or retry later",
              Map.of("max", Integer.toString(queueMax)),
              e));
    }
    return task.future;
  }

  int waiting() {
    return threads.getQueue().size();
  }

  /** Ends the threads; the owner has waited for every call. */
  void close() {
    threads.shutdown();
  }

  private final class Task<R> implements Runnable {
    private final Supplier<R> call;
    private final CompletableFuture<R> future =
        new CompletableFuture<>() {
          @Override
          public boolean cancel(boolean mayInterruptIfRunning) {
            boolean cancelled = super.cancel(mayInterruptIfRunning);
            if (cancelled) {
              boolean _ = threads.remove(Task.this);
            }
            return cancelled;
          }
        };

    Task(Supplier<R> call) {
      this.call = call;
    }

    @Override
    public void run() {
      if (future.isDone()) {
        return;
      }
      try {
        future.complete(call.get());
      } catch (NacreException e) {
        future.completeExceptionally(e);
      } catch (RuntimeException | Error e) {
        LOG.error("a read failed for an unforeseen reason", e);
        future.completeExceptionally(
            new UnavailableException(
                "the call failed for an unforeseen reason: " + e, Map.of(), e));
      }
    }
  }
}
