package dev.nacre.error;

import java.util.Map;

/** Another process, or another handle in this one, owns the directory; details name it. */
public final class LockedException extends NacreException {
  private static final long serialVersionUID = 1L;

  /** A failure with a message that names the input and says what to do. */
  public LockedException(String message) {
    this(message, Map.of());
  }

  /** A failure with details for programs: names to strings. */
  public LockedException(String message, Map<String, String> details) {
    super(ErrorCode.LOCKED, message, details, true, null);
  }

  /** A failure caused by another one. */
  public LockedException(String message, Map<String, String> details, Throwable cause) {
    super(ErrorCode.LOCKED, message, details, true, cause);
  }
}
