package dev.nacre.error;

import java.util.Map;

/**
 * The version asked for is older than what is kept; details name the oldest version that is left.
 */
public final class HistoryDroppedException extends NacreException {
  private static final long serialVersionUID = 1L;

  /** A failure with a message that names the input and says what to do. */
  public HistoryDroppedException(String message) {
    this(message, Map.of());
  }

  /** A failure with details for programs: names to strings. */
  public HistoryDroppedException(String message, Map<String, String> details) {
    super(ErrorCode.HISTORY_DROPPED, message, details, false, null);
  }

  /** A failure caused by another one. */
  public HistoryDroppedException(String message, Map<String, String> details, Throwable cause) {
    super(ErrorCode.HISTORY_DROPPED, message, details, false, cause);
  }
}
