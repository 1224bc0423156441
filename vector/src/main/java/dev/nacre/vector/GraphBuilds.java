package dev.nacre.vector;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.ArrayList;
import java.util.List;
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

  /** Runs something after what was submitted before; false, and ignored, once closed. */
  @CanIgnoreReturnValue
  boolean run(String what, Runnable task) {
    return run(what, task, () -> {});
  }

  /** The same; {@code dropped} is run instead when this is closed before its turn. */
  @CanIgnoreReturnValue
  boolean run(String what, Runnable task, Runnable dropped) {
    try {
      executor.execute(new Build(what, task, dropped));
      return true;
    } catch (RejectedExecutionException e) {
      LOG.debug("Closed before: {}", what);
      return false;
    }
  }

  private record Build(String what, Runnable task, Runnable dropped) implements Runnable {
    @Override
    public void run() {
      try {
        task.run();
      } catch (CancellationException e) {
        LOG.debug("Stopped: {}", what);
      } catch (RuntimeException | OutOfMemoryError e) {
        LOG.warn("Failed to {}; searches stay exact", what, e);
      }
    }
  }

  /** Drops what waits and waits for what runs; the caller has told it to stop. */
  @Override
  public void close() {
    // No interrupt: Lucene would lose the channels it needs to roll back.
    List<Runnable> waiting = new ArrayList<>();
    executor.shutdown();
    executor.getQueue().drainTo(waiting);
    for (Runnable build : waiting) {
      if (build instanceof Build dropped) {
        dropped.dropped.run();
      }
    }
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
