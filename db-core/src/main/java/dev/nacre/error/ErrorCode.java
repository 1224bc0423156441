package dev.nacre.error;

/**
 * The stable code of a {@link NacreException}, the same in every language and protocol.
 *
 * <p>Numbers are never changed and never used twice; new codes are added at the end.
 */
public enum ErrorCode {
  /** A key that was required is not there. */
  KEY_NOT_FOUND(1),
  /** An argument is outside what is allowed; nothing was written. */
  VALIDATION(2),
  /** A condition of a write did not hold; nothing was written. */
  CONFLICT(3),
  /** A value cannot be written or read in the form asked for. */
  SERIALIZATION(4),
  /** The database was closed before the call. */
  DATABASE_CLOSED(5),
  /** Stored bytes are damaged or acknowledged commits are missing. */
  CORRUPTION(6),
  /** The directory is of a newer format, or not a Nacre directory. */
  FORMAT(7),
  /** Another process owns the directory. */
  LOCKED(8),
  /** The version asked for is older than what is kept. */
  HISTORY_DROPPED(9),
  /** A bounded queue, memory budget or disk is full. */
  RESOURCE_EXHAUSTED(10),
  /** The call did not finish before its deadline. */
  DEADLINE_EXCEEDED(11),
  /** The store cannot serve this call now. */
  UNAVAILABLE(12),
  /** The caller may not do this. */
  UNAUTHORIZED(13);

  private final int number;

  ErrorCode(int number) {
    this.number = number;
  }

  /** The number of this code, from 1, stable across releases. */
  public int number() {
    return number;
  }
}
