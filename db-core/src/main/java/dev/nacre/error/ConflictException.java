package dev.nacre.error;

import java.util.Map;

/**
 * A condition of a write did not hold when it was judged. Nothing was written; read again and
 * retry.
 */
public final class ConflictException extends NacreException {
  private static final long serialVersionUID = 1L;

  /** A failure with a message that names the input and says what to do. */
  public ConflictException(String message) {
    this(message, Map.of());
  }

  /** A failure with details for programs: names to strings. */
  public ConflictException(String message, Map<String, String> details) {
    super(ErrorCode.CONFLICT, message, details, true, null);
  }

  /** A failure caused by another one. */
  public ConflictException(String message, Map<String, String> details, Throwable cause) {
    super(ErrorCode.CONFLICT, message, details, true, cause);
  }
}
