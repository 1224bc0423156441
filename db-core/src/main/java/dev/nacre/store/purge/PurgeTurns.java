package dev.nacre.store.purge;

import dev.nacre.error.ResourceExhaustedException;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Restores and the commits of purges take turns: a restore that has read an old state, and commits
 * it behind a purge, would bring back what was purged. Thread-safe.
 */
public final class PurgeTurns {
  private static final int RESTORES_MAX = 1 << 20;
  private static final long PATIENCE_SECONDS = 10;

  private final Semaphore restores = new Semaphore(RESTORES_MAX, true);

  /** Turns of nobody yet. */
  public PurgeTurns() {}

  /**
   * Begins a restore. Waits while a purge is being committed, which takes as long as a commit.
   *
   * @return ends it; to be run once it is committed, or will not be. Running it again does nothing
   * @throws ResourceExhaustedException when the purge takes too long
   */
  public Runnable restore() {
    boolean begun = false;
    try {
      begun = restores.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!begun) {
      throw new ResourceExhaustedException(
          "a purge is being committed, and no restore may begin before it is; nothing was written,"
              + " retry later",
          Map.of("outcome", "none"));
    }
    AtomicBoolean ended = new AtomicBoolean();
    return () -> {
      if (ended.compareAndSet(false, true)) {
        restores.release();
      }
    };
  }

  /** Commits a purge while no restore is under way; waits for those that are. */
  <T> T purge(Supplier<T> commit) {
    restores.acquireUninterruptibly(RESTORES_MAX);
    try {
      return commit.get();
    } finally {
      restores.release(RESTORES_MAX);
    }
  }
}
