package dev.nacre.vector;

import dev.nacre.error.DatabaseClosedException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Lets calls in until it is closed; closing waits for those that are in. A call counts itself in
 * before it looks whether the gate is closed, the closer closes before it looks at the count: one
 * of the two sees the other.
 */
final class CallGate {
  private final AtomicLong inside = new AtomicLong();
  private volatile boolean closed;
  private volatile @Nullable Thread closer;

  /**
   * Lets a call in.
   *
   * @throws DatabaseClosedException when the gate is closed
   */
  void enter() {
    inside.incrementAndGet();
    if (closed) {
      leave();
      throw new DatabaseClosedException("the database is closed; open it again to search it");
    }
  }

  /** Counts a call out. */
  void leave() {
    if (inside.decrementAndGet() == 0 && closed) {
      LockSupport.unpark(closer);
    }
  }

  boolean isClosed() {
    return closed;
  }

  /** Lets nobody in any more. */
  void close() {
    closed = true;
  }

  /** Waits for every call that is in; for one thread, after {@link #close}. */
  void awaitEmpty() {
    closer = Thread.currentThread();
    while (inside.get() != 0) {
      LockSupport.park(this);
    }
  }
}
