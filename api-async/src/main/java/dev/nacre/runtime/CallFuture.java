package dev.nacre.runtime;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.nacre.error.DeadlineExceededException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A call in flight and the future its caller holds.
 *
 * <p>The state decides, not the future: a caller may complete the future as he likes and only fools
 * himself. Each transition is one compare-and-set, so of a worker, the deadline and a cancelling
 * caller exactly one ends the call and leaves the gate:
 *
 * <pre>
 *   IDLE (in a queue, or waiting for the embedder) ⇄ RUNNING (a thread of ours works on it)
 *   IDLE → COMMITTING (the store has it: it alone decides whether a withdrawal is still possible)
 *   RUNNING → ABANDONED (cancelled or too late: the answer is thrown away when it comes)
 *   IDLE, RUNNING, ABANDONED, COMMITTING → ENDED
 * </pre>
 *
 * The gate is left before the future completes, so that a callback may begin to close the database.
 */
final class CallFuture<R> extends CompletableFuture<R> {
  private enum State {
    IDLE,
    RUNNING,
    ABANDONED,
    COMMITTING,
    ENDED
  }

  /** How many completions of ours are on this thread's stack. */
  private static final ThreadLocal<Integer> COMPLETING = ThreadLocal.withInitial(() -> 0);

  private final String operation;
  private final CallGate gate;
  private final int stripe;
  private final Deadlines deadlines;
  private final Duration timeout;
  private final long deadlineNanos;
  private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);
  private volatile @Nullable Runnable withdrawal;
  private volatile boolean watched;
  private volatile @Nullable CompletableFuture<?> commit;
  private volatile @Nullable Runnable help;

  /** A call that has entered {@code gate} by {@code stripe}. */
  CallFuture(String operation, CallGate gate, int stripe, Deadlines deadlines, Duration timeout) {
    this.operation = operation;
    this.gate = gate;
    this.stripe = stripe;
    this.deadlines = deadlines;
    this.timeout = timeout;
    this.deadlineNanos = System.nanoTime() + timeout.toNanos();
  }

  /** Whether this thread is inside a callback of a call. */
  static boolean isCompleting() {
    return COMPLETING.get() > 0;
  }

  long deadlineNanos() {
    return deadlineNanos;
  }

  /** What is left until the deadline, at least a nanosecond. */
  Duration timeLeft() {
    return Duration.ofNanos(Math.max(1, deadlineNanos - System.nanoTime()));
  }

  /** Has the deadline watched. Writes need it only while the store does not have them. */
  void watchDeadline() {
    watched = true;
    deadlines.watch(this);
  }

  /** Says how to take the call out of what it waits in. */
  void onWithdrawal(Runnable how) {
    withdrawal = how;
  }

  /**
   * Says how a caller who waits for the call can do what it waits for, when it has not begun: what
   * takes less time than a switch of threads, and opens no file, for a thread of the application
   * may be interrupted.
   */
  void onHelp(Runnable how) {
    help = how;
  }

  /**
   * Waits for the answer. A platform thread that waits works on its own call when nobody else has
   * begun to: two switches of threads are more than most reads take. While it reads, neither a
   * deadline nor cancelling nor an interrupt releases it. A virtual thread does not, its carrier
   * would be pinned.
   */
  @Override
  public R join() {
    helpAlong();
    return super.join();
  }

  /** As {@link #join()}; with a timeout it only waits. */
  @Override
  public R get() throws InterruptedException, ExecutionException {
    helpAlong();
    return super.get();
  }

  private void helpAlong() {
    Runnable how = help;
    Thread self = Thread.currentThread();
    // Looked for in the queue only while it can be there: that walks through what others wait for.
    if (how == null || isDone() || self.isVirtual() || self.isInterrupted()) {
      return;
    }
    if (state.get() == State.IDLE) {
      how.run();
    }
    long end = System.nanoTime() + ReadPool.LOOK_OUT_NANOS;
    // Somebody else is at it, and will have done before this thread could sleep and wake.
    while (!isDone() && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }

  /** A thread of ours begins to work on it; false when it has ended. */
  boolean run() {
    return state.compareAndSet(State.IDLE, State.RUNNING);
  }

  /** Whether nobody waits for the answer any more. */
  boolean isAbandoned() {
    return state.get() == State.ABANDONED;
  }

  /** The thread lets go of it, to wait for something; false when nobody wants it any more. */
  boolean pause(Runnable howToWithdraw) {
    withdrawal = howToWithdraw;
    if (state.compareAndSet(State.RUNNING, State.IDLE)) {
      return true;
    }
    boolean _ = end();
    howToWithdraw.run();
    return false;
  }

  /** The store is about to take it; false when it has ended. */
  boolean beginCommit() {
    if (!state.compareAndSet(State.IDLE, State.COMMITTING)) {
      return false;
    }
    forgetDeadline();
    return true;
  }

  /** The store has it. */
  void committing(CompletableFuture<?> future) {
    commit = future;
  }

  /** Ends the call with its answer; false when nobody takes it any more. */
  @CanIgnoreReturnValue
  boolean settle(R answer) {
    if (!end()) {
      return false;
    }
    int depth = COMPLETING.get();
    COMPLETING.set(depth + 1);
    try {
      return complete(answer);
    } finally {
      COMPLETING.set(depth);
    }
  }

  /** Ends the call with a failure. */
  void settleFailed(RuntimeException failure) {
    if (end()) {
      completing(
          () -> {
            if (failure instanceof CancellationException) {
              super.cancel(false);
            } else {
              completeExceptionally(failure);
            }
          });
    }
  }

  /** Ends the call because its deadline has passed, unless the store has it. */
  void expire() {
    if (abandon()) {
      DeadlineExceededException failure =
          new DeadlineExceededException(
              operation + " did not finish within " + timeout + "; nothing was written",
              Map.of("operation", operation, "timeout", timeout.toString()));
      // On a thread of its own: a slow callback must not hold up the other deadlines.
      Thread.startVirtualThread(() -> completing(() -> completeExceptionally(failure)));
    }
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    if (abandon()) {
      super.cancel(mayInterruptIfRunning);
    } else {
      CompletableFuture<?> inStore = commit;
      if (inStore != null) {
        // Completes this future when it succeeds.
        inStore.cancel(mayInterruptIfRunning);
      }
    }
    return isCancelled();
  }

  /** Dependent stages are plain futures: cancelling one of them withdraws nothing. */
  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new CompletableFuture<>();
  }

  /** Gives the call up; false when the store has it or it has ended. */
  private boolean abandon() {
    while (true) {
      switch (state.get()) {
        case IDLE -> {
          if (state.compareAndSet(State.IDLE, State.ENDED)) {
            left();
            Runnable howToWithdraw = withdrawal;
            if (howToWithdraw != null) {
              howToWithdraw.run();
            }
            return true;
          }
        }
        case RUNNING -> {
          if (state.compareAndSet(State.RUNNING, State.ABANDONED)) {
            return true;
          }
        }
        case ABANDONED, COMMITTING, ENDED -> {
          return false;
        }
      }
    }
  }

  /** Moves to the end; false when it had been there. */
  private boolean end() {
    if (state.getAndSet(State.ENDED) == State.ENDED) {
      return false;
    }
    left();
    return true;
  }

  private void left() {
    forgetDeadline();
    gate.leave(stripe);
  }

  private void forgetDeadline() {
    if (watched) {
      deadlines.forget(this);
    }
  }

  /** Runs what ends in callbacks of the application: closing does not wait inside. */
  static void completing(Runnable completion) {
    int depth = COMPLETING.get();
    COMPLETING.set(depth + 1);
    try {
      completion.run();
    } finally {
      COMPLETING.set(depth);
    }
  }
}
