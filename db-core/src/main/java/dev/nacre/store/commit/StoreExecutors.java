package dev.nacre.store.commit;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * The threads of one store beside its committer, all daemons.
 *
 * @param completions completes the futures of callers
 * @param preparation encodes large batches
 * @param timer watches deadlines
 */
public record StoreExecutors(
    CompletionPool completions, ExecutorService preparation, ScheduledExecutorService timer) {
  private static final long CLOSE_SECONDS_MAX = 10;

  /** The threads of a new store. */
  public static StoreExecutors create() {
    int processors = Runtime.getRuntime().availableProcessors();
    ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, named("nacre-timer"));
    // Now, while opening can fail of it: everything that waits depends on it later.
    boolean _ = timer.prestartCoreThread();
    return new StoreExecutors(
        new CompletionPool(Math.clamp(processors, 2, 8), named("nacre-completion"), timer),
        Executors.newFixedThreadPool(Math.clamp(processors, 1, 4), named("nacre-prepare")),
        timer);
  }

  /**
   * Ends the threads: those of preparation for certain, because they read what is closed next, even
   * for a commit that was withdrawn; a callback that never returns is left behind after a while.
   * What waits to be prepared is dropped: after the committer has ended nobody wants it.
   */
  public void close() {
    var _ = preparation.shutdownNow();
    boolean interrupted = false;
    while (!preparation.isTerminated()) {
      try {
        boolean _ = preparation.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        // Leaving now would close RocksDB under the thread that reads it.
        interrupted = true;
      }
    }
    try {
      // A callback may close the store itself: waiting for it to end would wait for ever.
      if (Thread.currentThread().getName().startsWith("nacre-completion")) {
        completions.closeWithoutWaiting();
      } else {
        completions.close(CLOSE_SECONDS_MAX);
      }
    } catch (InterruptedException e) {
      interrupted = true;
    }
    // Last: until then it helps completions that wait for each other.
    timer.shutdownNow();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static ThreadFactory named(String name) {
    return Thread.ofPlatform().daemon().name(name + "-", 0).factory();
  }
}
