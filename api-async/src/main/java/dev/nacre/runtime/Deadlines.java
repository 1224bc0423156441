package dev.nacre.runtime;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Ends calls whose deadline has passed, also while storage or the embedder is stuck. One thread
 * looks at every watched call some fifty times a second while there is one, and sleeps while there
 * is none: adding and removing a call cost no wake-up.
 */
final class Deadlines {
  private static final long SWEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final Set<CallFuture<?>> watched = ConcurrentHashMap.newKeySet();
  private final Thread thread;
  private volatile @Nullable Thread asleep;
  private volatile boolean stopped;

  Deadlines() {
    thread = Thread.ofPlatform().daemon().name("nacre-deadlines").unstarted(this::sweep);
  }

  void start() {
    thread.start();
  }

  void watch(CallFuture<?> call) {
    watched.add(call);
    wake();
  }

  void forget(CallFuture<?> call) {
    watched.remove(call);
  }

  void stop() {
    stopped = true;
    LockSupport.unpark(thread);
  }

  private void wake() {
    Thread sleeper = asleep;
    if (sleeper != null) {
      LockSupport.unpark(sleeper);
    }
  }

  private void sweep() {
    while (!stopped) {
      if (watched.isEmpty()) {
        sleep();
        continue;
      }
      LockSupport.parkNanos(this, SWEEP_NANOS);
      long now = System.nanoTime();
      for (CallFuture<?> call : watched) {
        if (now - call.deadlineNanos() >= 0) {
          call.expire();
        }
      }
    }
  }

  private void sleep() {
    asleep = thread;
    // Looked at after `asleep` is set: whoever adds or stops before sees it and unparks.
    if (watched.isEmpty() && !stopped) {
      LockSupport.park(this);
    }
    asleep = null;
  }
}
