package dev.nacre;

import static java.util.Objects.requireNonNull;

import dev.nacre.error.ValidationException;
import dev.nacre.model.Durability;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a write is acknowledged and how long it may wait.
 *
 * @param durability when it is acknowledged, or null for the database's default
 * @param timeout how long it may take until its commit is begun, more than zero and at most a day,
 *     or null for the database's default. When it has passed, the write is withdrawn and fails with
 *     {@code DeadlineExceededException}: nothing was written
 */
public record WriteOptions(@Nullable Durability durability, @Nullable Duration timeout) {
  /** The database's defaults. */
  public static final WriteOptions DEFAULT = new WriteOptions(null, null);

  /** The longest timeout. */
  public static final Duration TIMEOUT_MAX = Duration.ofDays(1);

  /** Checks the range. */
  public WriteOptions {
    if (timeout != null) {
      checkTimeout(timeout);
    }
  }

  /** The same, acknowledged by {@code value}. */
  public WriteOptions withDurability(Durability value) {
    return new WriteOptions(requireNonNull(value, "durability"), timeout);
  }

  /** The same, waiting at most {@code value}. */
  public WriteOptions withTimeout(Duration value) {
    return new WriteOptions(durability, requireNonNull(value, "timeout"));
  }

  static void checkTimeout(Duration timeout) {
    if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(TIMEOUT_MAX) > 0) {
      throw new ValidationException(
          "timeout is " + timeout + "; allowed are more than zero up to " + TIMEOUT_MAX,
          Map.of("timeout", timeout.toString()));
    }
  }
}
