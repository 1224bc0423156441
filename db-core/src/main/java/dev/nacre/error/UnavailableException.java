package dev.nacre.error;

import java.util.Map;

/** The store cannot serve this call now; for a write, details say whether the outcome is known. */
public final class UnavailableException extends NacreException {
  private static final long serialVersionUID = 1L;

  /** A failure with a message that names the input and says what to do. */
  public UnavailableException(String message) {
    this(message, Map.of());
  }

  /** A failure with details for programs: names to strings. */
  public UnavailableException(String message, Map<String, String> details) {
    super(ErrorCode.UNAVAILABLE, message, details, true, null);
  }

  /** A failure caused by another one. */
  public UnavailableException(String message, Map<String, String> details, Throwable cause) {
    super(ErrorCode.UNAVAILABLE, message, details, true, cause);
  }
}
