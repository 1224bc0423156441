package dev.nacre;

import static java.util.Objects.requireNonNull;

import dev.nacre.model.Commit;
import dev.nacre.model.ReadPoint;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a transaction came to. Immutable.
 *
 * @param <T> the type of its function's answer
 */
public final class TransactionResult<T extends @Nullable Object> {
  private final T value;
  private final @Nullable Commit commit;
  private final ReadPoint readPoint;
  private final int attempts;

  /** Assembled by the database; users receive results. */
  public TransactionResult(T value, @Nullable Commit commit, ReadPoint readPoint, int attempts) {
    this.value = value;
    this.commit = commit;
    this.readPoint = requireNonNull(readPoint, "readPoint");
    this.attempts = attempts;
  }

  /** What the function answered, in the run that counted. */
  public T value() {
    return value;
  }

  /** The commit; empty when the function wrote nothing. */
  public Optional<Commit> commit() {
    return Optional.ofNullable(commit);
  }

  /** Where the run that counted has read. */
  public ReadPoint readPoint() {
    return readPoint;
  }

  /** How often the function ran, from 1. */
  public int attempts() {
    return attempts;
  }

  /**
   * Whether the transaction's idempotency key had been committed before: {@link #commit()} is that
   * commit, nothing was written now, and {@link #value()} is what the function made of the state
   * after it.
   */
  public boolean repeated() {
    return commit != null && commit.version() <= readPoint.version();
  }

  @Override
  public String toString() {
    return "TransactionResult["
        + value
        + ", "
        + (commit == null ? "nothing written" : commit)
        + ", read at "
        + readPoint
        + ", attempts "
        + attempts
        + "]";
  }
}
