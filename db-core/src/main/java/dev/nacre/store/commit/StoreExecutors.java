package dev.nacre.store.commit;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
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
    ExecutorService completions, ExecutorService preparation, ScheduledExecutorService timer) {
  private static final long CLOSE_SECONDS_MAX = 10;

  /** The threads of a new store. */
  public static StoreExecutors create() {
    int processors = Runtime.getRuntime().availableProcessors();
    return new StoreExecutors(
        Executors.newFixedThreadPool(Math.clamp(processors, 2, 8), named("nacre-completion")),
        Executors.newFixedThreadPool(Math.clamp(processors, 1, 4), named("nacre-prepare")),
        Executors.newSingleThreadScheduledExecutor(named("nacre-timer")));
  }

  /**
   * Ends the threads once what they have accepted is done; a callback that never returns is left
   * behind after a while.
   */
  public void close() {
    timer.shutdownNow();
    preparation.shutdown();
    completions.shutdown();
    // A callback may close the store itself: waiting for it to end would wait for ever.
    if (Thread.currentThread().getName().startsWith("nacre-completion")) {
      return;
    }
    try {
      boolean _ = completions.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static ThreadFactory named(String name) {
    return Thread.ofPlatform().daemon().name(name + "-", 0).factory();
  }
}
