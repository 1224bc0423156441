package dev.nacre;

import dev.nacre.error.ValidationException;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Durability;
import java.time.Duration;

/**
 * How a commit is made.
 *
 * @param durability when it is acknowledged; default {@link Durability#SYNC}
 * @param timeout how long it may wait to be begun before it is withdrawn; default 30 seconds
 * @param attributes what it says of itself in the log; default nothing
 */
public record WriteOptions(Durability durability, Duration timeout, CommitAttributes attributes) {
  /** The defaults. */
  public static final WriteOptions DEFAULT =
      new WriteOptions(Durability.SYNC, Duration.ofSeconds(30), CommitAttributes.NONE);

  /** Checks the timeout. */
  public WriteOptions {
    if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(Duration.ofDays(1)) > 0) {
      throw new ValidationException(
          "timeout is " + timeout + "; it must be more than zero and at most a day");
    }
  }

  /** The same with another durability. */
  public WriteOptions withDurability(Durability value) {
    return new WriteOptions(value, timeout, attributes);
  }

  /** The same with another timeout. */
  public WriteOptions withTimeout(Duration value) {
    return new WriteOptions(durability, value, attributes);
  }

  /** The same with attributes. */
  public WriteOptions withAttributes(CommitAttributes value) {
    return new WriteOptions(durability, timeout, value);
  }
}
