package dev.nacre.vector;

import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one low-priority thread that writes graph files: builds, extends and deletes them, one after
 * the other. The queue is bounded by the number of indexes: each is in it once.
 */
final class GraphBuilds implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GraphBuilds.class);

  private final ThreadPoolExecutor executor =
      new ThreadPoolExecutor(
          1,
          1,
          10,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          task -> {
            // Searches and commits come first; nothing depends on it.
            @SuppressWarnings("ThreadPriorityCheck")
            Thread created =
                Thread.ofPlatform()
                    .daemon()
                    .name("nacre-graph")
                    .priority(Thread.MIN_PRIORITY)
                    .unstarted(task);
            return created;
          });

  GraphBuilds() {
    executor.allowCoreThreadTimeOut(true);
  }

  /** Builds the graph of an index when it needs one and nobody does already. */
  void submit(SpaceIndex index) {
    if (index.claimBuild()) {
      run("build the graph of the " + index.name(), index::build);
    }
  }

  /** Runs something after what was submitted before; ignored once closed. */
  void run(String what, Runnable task) {
    try {
      executor.execute(
          () -> {
            try {
              task.run();
            } catch (CancellationException e) {
              LOG.debug("Stopped: {}", what);
            } catch (RuntimeException | OutOfMemoryError e) {
              LOG.warn("Failed to {}; searches stay exact", what, e);
            }
          });
    } catch (RejectedExecutionException e) {
      LOG.debug("Closed before: {}", what);
    }
  }

  /** Drops what waits and waits for what runs; the caller has told it to stop. */
  @Override
  public void close() {
    // No interrupt: Lucene would lose the channels it needs to roll back.
    executor.getQueue().clear();
    executor.shutdown();
    // Not by joining its thread: one that a search is just now starting is not alive yet.
    boolean interrupted = false;
    boolean ended = false;
    while (!ended) {
      try {
        ended = executor.awaitTermination(1, TimeUnit.DAYS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
