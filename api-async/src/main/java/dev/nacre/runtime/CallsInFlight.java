package dev.nacre.runtime;

import dev.nacre.error.DatabaseClosedException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Counts calls between being accepted and being answered, and tells when the last one is answered
 * after the doors have closed.
 *
 * <p>A call counts itself into a stripe, then looks whether the doors are closed; closing closes
 * them, then looks at every stripe: one of the two sees the other. Whoever counts a stripe down to
 * zero after closing looks too.
 */
final class CallsInFlight {
  private static final int STRIPES = 16;
  private static final int SPREAD = 32;

  private final AtomicIntegerArray calls = new AtomicIntegerArray(STRIPES * SPREAD);
  private final AtomicBoolean announced = new AtomicBoolean();
  private final CompletableFuture<Void> drained = new CompletableFuture<>();
  private volatile boolean closed;

  /** Counts a call in; the answer is for {@link #leave}. */
  int enter() {
    int stripe = ((int) Thread.currentThread().threadId() & (STRIPES - 1)) * SPREAD;
    calls.incrementAndGet(stripe);
    if (closed) {
      leave(stripe);
      throw closedException();
    }
    return stripe;
  }

  /** Counts a call out. */
  void leave(int stripe) {
    if (calls.decrementAndGet(stripe) == 0 && closed) {
      announceWhenEmpty();
    }
  }

  /**
   * Closes the doors; the future completes when the last call is answered, on the thread that
   * answers it.
   */
  CompletableFuture<Void> close() {
    closed = true;
    announceWhenEmpty();
    return drained;
  }

  private void announceWhenEmpty() {
    for (int stripe = 0; stripe < STRIPES; stripe++) {
      if (calls.get(stripe * SPREAD) != 0) {
        return;
      }
    }
    if (announced.compareAndSet(false, true)) {
      drained.complete(null);
    }
  }

  static DatabaseClosedException closedException() {
    return new DatabaseClosedException("the database is closed; open it again to use it");
  }
}
