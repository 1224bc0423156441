package dev.nacre.error;

import java.util.Map;

/** An argument is outside what is allowed. Nothing was written. */
public final class ValidationException extends NacreException {
  private static final long serialVersionUID = 1L;

  /** A failure with a message that names the input and says what to do. */
  public ValidationException(String message) {
    this(message, Map.of());
  }

  /** A failure with details for programs: names to strings. */
  public ValidationException(String message, Map<String, String> details) {
    super(ErrorCode.VALIDATION, message, details, false, null);
  }

  /** A failure caused by another one. */
  public ValidationException(String message, Map<String, String> details, Throwable cause) {
    super(ErrorCode.VALIDATION, message, details, false, cause);
  }
}
