package dev.nacre.store;

import dev.nacre.error.DatabaseClosedException;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets calls in until it is closed, and knows when the last one has left: what keeps a call after
 * close from reaching native code.
 *
 * <p>Calls are counted in stripes, each far from the next in memory. A call counts itself in, then
 * looks whether the gate is closed; closing closes, then waits for every stripe to be empty. One of
 * the two sees the other. A call counts itself out of the stripe it counted itself into, so a
 * stripe that reads zero after closing has nobody left in it.
 */
final class Gate {
  private static final int STRIPES = 16;
  private static final int SPREAD = 32;
  private static final long WAIT_NANOS = 100_000;

  private final AtomicIntegerArray inside = new AtomicIntegerArray(STRIPES * SPREAD);
  private volatile boolean closed;

  /**
   * Lets a call in; the answer is for {@link #leave}.
   *
   * @throws DatabaseClosedException when the gate is closed
   */
  int enter() {
    int stripe = ((int) Thread.currentThread().threadId() & (STRIPES - 1)) * SPREAD;
    inside.incrementAndGet(stripe);
    if (closed) {
      inside.decrementAndGet(stripe);
      throw closedException();
    }
    return stripe;
  }

  /** Counts a call out. */
  void leave(int stripe) {
    inside.decrementAndGet(stripe);
  }

  /** Lets nobody in any more and waits until everybody has left. */
  void closeAndWait() {
    closed = true;
    for (int stripe = 0; stripe < STRIPES; stripe++) {
      while (inside.get(stripe * SPREAD) != 0) {
        LockSupport.parkNanos(WAIT_NANOS);
      }
    }
  }

  boolean isClosed() {
    return closed;
  }

  static DatabaseClosedException closedException() {
    return new DatabaseClosedException("the database is closed; open it again to use it");
  }
}
