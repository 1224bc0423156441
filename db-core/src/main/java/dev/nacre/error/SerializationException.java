package dev.nacre.error;

import java.util.Map;

/** A value cannot be written or read in the form asked for. */
public final class SerializationException extends NacreException {
  private static final long serialVersionUID = 1L;

  /** A failure with a message that names the input and says what to do. */
  public SerializationException(String message) {
    this(message, Map.of());
  }

  /** A failure with details for programs: names to strings. */
  public SerializationException(String message, Map<String, String> details) {
    super(ErrorCode.SERIALIZATION, message, details, false, null);
  }

  /** A failure caused by another one. */
  public SerializationException(String message, Map<String, String> details, Throwable cause) {
    super(ErrorCode.SERIALIZATION, message, details, false, cause);
  }
}
