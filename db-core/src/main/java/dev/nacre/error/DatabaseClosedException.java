package dev.nacre.error;

import java.util.Map;

/** The database was closed before the call, or while it waited. */
public final class DatabaseClosedException extends NacreException {
  private static final long serialVersionUID = 1L;

  /** A failure with a message that names the input and says what to do. */
  public DatabaseClosedException(String message) {
    this(message, Map.of());
  }

  /** A failure with details for programs: names to strings. */
  public DatabaseClosedException(String message, Map<String, String> details) {
    super(ErrorCode.DATABASE_CLOSED, message, details, false, null);
  }

  /** A failure caused by another one. */
  public DatabaseClosedException(String message, Map<String, String> details, Throwable cause) {
    super(ErrorCode.DATABASE_CLOSED, message, details, false, cause);
  }
}
