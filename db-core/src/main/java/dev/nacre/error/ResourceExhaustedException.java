package dev.nacre.error;

import java.util.Map;

/**
 * A bounded queue, a memory budget or the disk is full. Nothing was written, unless the details say
 * {@code outcome=unknown}.
 */
public final class ResourceExhaustedException extends NacreException {
  private static final long serialVersionUID = 1L;

  /** A failure with a message that names the input and says what to do. */
  public ResourceExhaustedException(String message) {
    this(message, Map.of());
  }

  /** A failure with details for programs: names to strings. */
  public ResourceExhaustedException(String message, Map<String, String> details) {
    super(ErrorCode.RESOURCE_EXHAUSTED, message, details, true, null);
  }

  /** A failure caused by another one. */
  public ResourceExhaustedException(String message, Map<String, String> details, Throwable cause) {
    super(ErrorCode.RESOURCE_EXHAUSTED, message, details, true, cause);
  }
}
