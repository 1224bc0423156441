package dev.nacre.error;

import java.util.Map;

/**
 * The call did not finish before its deadline. A write that fails so was withdrawn: nothing was
 * written.
 */
public final class DeadlineExceededException extends NacreException {
  private static final long serialVersionUID = 1L;

  /** A failure with a message that names the input and says what to do. */
  public DeadlineExceededException(String message) {
    this(message, Map.of());
  }

  /** A failure with details for programs: names to strings. */
  public DeadlineExceededException(String message, Map<String, String> details) {
    super(ErrorCode.DEADLINE_EXCEEDED, message, details, true, null);
  }

  /** A failure caused by another one. */
  public DeadlineExceededException(String message, Map<String, String> details, Throwable cause) {
    super(ErrorCode.DEADLINE_EXCEEDED, message, details, true, cause);
  }
}
