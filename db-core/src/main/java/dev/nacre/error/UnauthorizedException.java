package dev.nacre.error;

import java.util.Map;

/** The caller may not do this. */
public final class UnauthorizedException extends NacreException {
  private static final long serialVersionUID = 1L;

  /** A failure with a message that names the input and says what to do. */
  public UnauthorizedException(String message) {
    this(message, Map.of());
  }

  /** A failure with details for programs: names to strings. */
  public UnauthorizedException(String message, Map<String, String> details) {
    super(ErrorCode.UNAUTHORIZED, message, details, false, null);
  }

  /** A failure caused by another one. */
  public UnauthorizedException(String message, Map<String, String> details, Throwable cause) {
    super(ErrorCode.UNAUTHORIZED, message, details, false, cause);
  }
}
