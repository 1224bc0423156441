package dev.nacre;

import static java.util.Objects.requireNonNull;

import dev.nacre.error.ValidationException;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Durability;
import java.time.Duration;
import java.util.Map;

/**
 * How a transaction is run.
 *
 * @param attempts how often its function may run before a conflict is final, 1–1,000,000; default
 *     20. More under heavy contention, 1 to see every conflict
 * @param options durability, and how long the whole of it may take, attempts and pauses included,
 *     until its commit is begun
 * @param attributes what the commit says of itself, unless the function says otherwise
 */
public record TransactionOptions(int attempts, WriteOptions options, CommitAttributes attributes) {
  /** Twenty attempts, the database's durability and timeout. */
  public static final TransactionOptions DEFAULT =
      new TransactionOptions(20, WriteOptions.DEFAULT, CommitAttributes.NONE);

  /** The most attempts. */
  public static final int ATTEMPTS_MAX = 1_000_000;

  /** Checks the range. */
  public TransactionOptions {
    requireNonNull(options, "options");
    requireNonNull(attributes, "attributes");
    if (attempts < 1 || attempts > ATTEMPTS_MAX) {
      throw new ValidationException(
          "attempts is " + attempts + "; allowed are 1 to " + ATTEMPTS_MAX,
          Map.of("attempts", Integer.toString(attempts)));
    }
  }

  /** The same with at most {@code value} attempts. */
  public TransactionOptions withAttempts(int value) {
    return new TransactionOptions(value, options, attributes);
  }

  /** The same, taking at most {@code value}. */
  public TransactionOptions withTimeout(Duration value) {
    return new TransactionOptions(attempts, options.withTimeout(value), attributes);
  }

  /** The same, acknowledged by {@code value}. */
  public TransactionOptions withDurability(Durability value) {
    return new TransactionOptions(attempts, options.withDurability(value), attributes);
  }

  /** The same, saying this of itself. */
  public TransactionOptions withAttributes(CommitAttributes value) {
    return new TransactionOptions(attempts, options, value);
  }
}
