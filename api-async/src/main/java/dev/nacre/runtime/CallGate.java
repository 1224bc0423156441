package dev.nacre.runtime;

import dev.nacre.error.DatabaseClosedException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Counts calls in flight and lets none in once it is closed.
 *
 * <p>Calls are counted in stripes, each far from the next in memory, so that callers on many
 * threads do not fight over one counter. A call counts itself in, <em>then</em> looks whether the
 * gate is closed; closing closes, <em>then</em> looks at every stripe. The order of volatile
 * accesses is total, so one of the two sees the other: a call that was let in is counted before
 * closing looks. A call leaves, from whichever thread, the stripe it entered; so a stripe that
 * reads zero after closing has nobody left in it, and stays so but for calls that are being turned
 * away. Whoever leaves a closed gate looks at all stripes after its own step: the last one finds
 * them empty.
 */
final class CallGate {
  private static final int STRIPES = 16;
  private static final int SPREAD = 32;

  private final AtomicIntegerArray inside = new AtomicIntegerArray(STRIPES * SPREAD);
  private final CompletableFuture<Void> drained = new CompletableFuture<>();
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
      leave(stripe);
      throw closedException();
    }
    return stripe;
  }

  /** Counts a call out, once. */
  void leave(int stripe) {
    inside.decrementAndGet(stripe);
    if (closed) {
      completeWhenEmpty();
    }
  }

  /** Lets nobody in any more; the future completes when everybody has left. */
  CompletableFuture<Void> close() {
    closed = true;
    completeWhenEmpty();
    return drained;
  }

  /** Throws when the gate is closed. */
  void checkOpen() {
    if (closed) {
      throw closedException();
    }
  }

  boolean isClosed() {
    return closed;
  }

  /** Calls inside, about: the stripes are read one after the other. */
  int count() {
    int sum = 0;
    for (int stripe = 0; stripe < STRIPES; stripe++) {
      sum += inside.get(stripe * SPREAD);
    }
    return Math.max(0, sum);
  }

  private void completeWhenEmpty() {
    for (int stripe = 0; stripe < STRIPES; stripe++) {
      if (inside.get(stripe * SPREAD) != 0) {
        return;
      }
    }
    drained.complete(null);
  }

  static DatabaseClosedException closedException() {
    return new DatabaseClosedException("the database is closed; open it again to use it");
  }
}
