package dev.nacre.error;

import java.util.Map;

/** Stored bytes are damaged, or commits that were acknowledged as durable are missing. */
public final class CorruptionException extends NacreException {
  private static final long serialVersionUID = 1L;

  /** A failure with a message that names the input and says what to do. */
  public CorruptionException(String message) {
    this(message, Map.of());
  }

  /** A failure with details for programs: names to strings. */
  public CorruptionException(String message, Map<String, String> details) {
    super(ErrorCode.CORRUPTION, message, details, false, null);
  }

  /** A failure caused by another one. */
  public CorruptionException(String message, Map<String, String> details, Throwable cause) {
    super(ErrorCode.CORRUPTION, message, details, false, cause);
  }
}
