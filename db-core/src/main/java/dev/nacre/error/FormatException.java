package dev.nacre.error;

import java.util.Map;

/**
 * The directory was written by a newer release, or is not a Nacre directory. Nothing was changed.
 */
public final class FormatException extends NacreException {
  private static final long serialVersionUID = 1L;

  /** A failure with a message that names the input and says what to do. */
  public FormatException(String message) {
    this(message, Map.of());
  }

  /** A failure with details for programs: names to strings. */
  public FormatException(String message, Map<String, String> details) {
    super(ErrorCode.FORMAT, message, details, false, null);
  }

  /** A failure caused by another one. */
  public FormatException(String message, Map<String, String> details, Throwable cause) {
    super(ErrorCode.FORMAT, message, details, false, cause);
  }
}
