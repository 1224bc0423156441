package dev.nacre.error;

import java.util.Map;

/** A key that the caller required is not there at the version read. */
public final class KeyNotFoundException extends NacreException {
  private static final long serialVersionUID = 1L;

  /** A failure with a message that names the input and says what to do. */
  public KeyNotFoundException(String message) {
    this(message, Map.of());
  }

  /** A failure with details for programs: names to strings. */
  public KeyNotFoundException(String message, Map<String, String> details) {
    super(ErrorCode.KEY_NOT_FOUND, message, details, false, null);
  }

  /** A failure caused by another one. */
  public KeyNotFoundException(String message, Map<String, String> details, Throwable cause) {
    super(ErrorCode.KEY_NOT_FOUND, message, details, false, cause);
  }
}
