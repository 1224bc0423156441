package dev.nacre;

import dev.nacre.error.ConflictException;
import dev.nacre.error.DeadlineExceededException;
import dev.nacre.model.Commit;
import dev.nacre.model.Durability;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.WriteBatch;
import dev.nacre.runtime.Call;
import dev.nacre.runtime.Dispatcher;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A transaction from its first run to its end, and the future its caller holds.
 *
 * <p>Each run reads at the newest version, and its commit is judged against that. A conflict of the
 * check begins another run after a pause; nothing waits on a thread meanwhile. The state decides
 * who ends it, each transition is one compare-and-set:
 *
 * <pre>
 *   RUNNING (the function, or a pause) → COMMITTING (the store has it and alone decides)
 *   COMMITTING → RUNNING (a conflict; another run follows)
 *   RUNNING, COMMITTING → ENDED
 * </pre>
 *
 * A transaction is not counted among the calls in flight, only its reads and its commit are:
 * closing the database does not wait for a function, whose next call fails.
 */
final class TransactionRun<T extends @Nullable Object>
    extends CompletableFuture<TransactionResult<T>> {
  private static final Executor VIRTUAL = Thread::startVirtualThread;

  private enum State {
    RUNNING,
    COMMITTING,
    ENDED
  }

  private final Dispatcher dispatcher;
  private final TransactionFunction<T> function;
  private final TransactionOptions options;
  private final Durability durability;
  private final Duration timeout;
  private final long deadlineNanos;
  private final AtomicReference<State> state = new AtomicReference<>(State.RUNNING);

  /** Fails when the deadline has passed; completed, it lets go of the timer. */
  private final CompletableFuture<Void> deadline = new CompletableFuture<>();

  private volatile @Nullable BufferedTransaction run;
  private volatile @Nullable CompletionStage<T> stage;
  private volatile @Nullable CompletableFuture<Commit> commit;
  private volatile boolean cancelled;

  private TransactionRun(
      Dispatcher dispatcher,
      TransactionFunction<T> function,
      TransactionOptions options,
      Durability durability,
      Duration timeout) {
    this.dispatcher = dispatcher;
    this.function = function;
    this.options = options;
    this.durability = durability;
    this.timeout = timeout;
    this.deadlineNanos = System.nanoTime() + timeout.toNanos();
  }

  /** Begins a transaction; its function runs for the first time before this returns. */
  static <T extends @Nullable Object> CompletableFuture<TransactionResult<T>> begin(
      Dispatcher dispatcher,
      TransactionFunction<T> function,
      TransactionOptions options,
      Durability durability,
      Duration timeout) {
    TransactionRun<T> transaction =
        new TransactionRun<>(dispatcher, function, options, durability, timeout);
    var _ =
        transaction
            .deadline
            .orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS)
            .whenComplete(
                (_, late) -> {
                  if (late instanceof TimeoutException) {
                    // Callbacks must not hold up the timer, which is everybody's.
                    VIRTUAL.execute(transaction::expire);
                  }
                });
    transaction.attempt(1);
    return transaction;
  }

  private void attempt(int number) {
    if (state.get() == State.ENDED) {
      return;
    }
    var _ =
        dispatcher
            .execute(new Call.Now())
            .whenComplete(
                (at, failure) -> {
                  if (failure != null) {
                    fail(failure);
                  } else {
                    run(number, at);
                  }
                });
  }

  private void run(int number, ReadPoint at) {
    BufferedTransaction transaction = new BufferedTransaction(dispatcher, at, options.attributes());
    run = transaction;
    CompletionStage<T> running;
    try {
      running =
          Objects.requireNonNull(
              function.apply(transaction), "the function of a transaction answered null");
    } catch (RuntimeException | Error e) {
      fail(e);
      return;
    }
    stage = running;
    if (state.get() == State.ENDED) {
      // Cancelled, or too late, while the function ran: whoever ended it may have missed the stage.
      release();
    }
    var _ =
        running.whenComplete(
            (value, failure) -> {
              if (failure != null) {
                fail(unwrapped(failure));
              } else {
                finish(number, transaction, value);
              }
            });
  }

  private void finish(int number, BufferedTransaction transaction, T value) {
    @Nullable WriteBatch batch;
    try {
      batch = transaction.end();
    } catch (RuntimeException e) {
      fail(e);
      return;
    }
    if (batch == null) {
      succeed(new TransactionResult<>(value, null, transaction.readPoint(), number));
      return;
    }
    if (!state.compareAndSet(State.RUNNING, State.COMMITTING)) {
      return;
    }
    Duration left = Duration.ofNanos(Math.max(1, deadlineNanos - System.nanoTime()));
    CompletableFuture<Commit> committing =
        dispatcher.execute(new Call.Put(batch, durability, left));
    commit = committing;
    var _ =
        committing.whenComplete(
            (committed, failure) -> {
              if (failure == null) {
                succeed(new TransactionResult<>(value, committed, transaction.readPoint(), number));
              } else if (failure instanceof ConflictException conflict && hasChanged(conflict)) {
                again(number, conflict);
              } else {
                fail(failure);
              }
            });
  }

  /** Whether it is the check that failed: a condition of a write would fail again. */
  private static boolean hasChanged(ConflictException conflict) {
    return "changed".equals(conflict.details().get("reason"));
  }

  private void again(int number, ConflictException conflict) {
    if (cancelled) {
      fail(new CancellationException());
      return;
    }
    Map<String, String> details = new HashMap<>(conflict.details());
    details.put("attempts", Integer.toString(number));
    if (number >= options.attempts()) {
      fail(
          new ConflictException(
              "the transaction has conflicted in each of "
                  + number
                  + " attempts, at last: "
                  + conflict.getMessage(),
              details,
              conflict));
      return;
    }
    long pause = Backoff.nanos(number, ThreadLocalRandom.current());
    if (deadlineNanos - System.nanoTime() <= pause) {
      fail(
          new DeadlineExceededException(
              "the transaction did not finish within "
                  + timeout
                  + "; nothing was written; it conflicted "
                  + number
                  + " times, at last: "
                  + conflict.getMessage(),
              details,
              conflict));
      return;
    }
    if (state.compareAndSet(State.COMMITTING, State.RUNNING)) {
      CompletableFuture.delayedExecutor(pause, TimeUnit.NANOSECONDS, VIRTUAL)
          .execute(() -> attempt(number + 1));
    }
  }

  private void succeed(TransactionResult<T> result) {
    if (state.getAndSet(State.ENDED) != State.ENDED) {
      deadline.complete(null);
      complete(result);
    }
  }

  private void fail(Throwable failure) {
    if (state.getAndSet(State.ENDED) == State.ENDED) {
      return;
    }
    release();
    if (failure instanceof CancellationException) {
      super.cancel(false);
    } else {
      completeExceptionally(failure);
    }
  }

  private void expire() {
    if (state.compareAndSet(State.RUNNING, State.ENDED)) {
      release();
      completeExceptionally(
          new DeadlineExceededException(
              "the transaction did not finish within " + timeout + "; nothing was written",
              Map.of("operation", "a transaction", "timeout", timeout.toString())));
    }
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    cancelled = true;
    if (state.compareAndSet(State.RUNNING, State.ENDED)) {
      release();
      super.cancel(mayInterruptIfRunning);
    } else {
      CompletableFuture<Commit> committing = commit;
      if (committing != null) {
        // Ends this one when it succeeds.
        committing.cancel(mayInterruptIfRunning);
      }
    }
    return isCancelled();
  }

  /** Dependent stages are plain futures: cancelling one of them withdraws nothing. */
  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new CompletableFuture<>();
  }

  /** Lets go of the timer and of the function. */
  private void release() {
    deadline.complete(null);
    BufferedTransaction transaction = run;
    if (transaction != null) {
      var _ = transaction.end();
    }
    CompletionStage<T> running = stage;
    if (running != null) {
      try {
        running.toCompletableFuture().cancel(true);
      } catch (UnsupportedOperationException _) {
        // A stage that is no future cannot be cancelled; what it answers is not looked at.
      }
    }
  }

  private static Throwable unwrapped(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
