package dev.nacre;

import static java.util.Objects.requireNonNull;

import dev.nacre.model.Commit;
import dev.nacre.model.ReadPoint;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a transaction came to.
 *
 * @param value what its function answered
 * @param written the commit, or null when nothing was written; see {@link #commit()}
 * @param readPoint where the run that counted has read
 * @param attempts how often the function ran, from 1
 * @param <T> the type of the answer
 */
public record TransactionResult<T extends @Nullable Object>(
    T value, @Nullable Commit written, ReadPoint readPoint, int attempts) {
  /** Refuses null. */
  public TransactionResult {
    requireNonNull(readPoint, "readPoint");
  }

  /** The commit; empty when the function wrote nothing. */
  public Optional<Commit> commit() {
    return Optional.ofNullable(written);
  }

  /**
   * Whether the transaction's idempotency key had been committed before: {@link #commit()} is that
   * commit, nothing was written now, and {@link #value()} is what the function made of the state
   * after it.
   */
  public boolean repeated() {
    return written != null && written.version() <= readPoint.version();
  }
}
