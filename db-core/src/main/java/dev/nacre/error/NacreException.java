package dev.nacre.error;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The one family of failures of Nacre.
 *
 * <p>The message names the input, the bound that was met and what to do next; {@link #details()}
 * holds the same facts for programs. Exceptions are immutable and may be shared between threads.
 */
public abstract sealed class NacreException extends RuntimeException
    permits KeyNotFoundException,
        ValidationException,
        ConflictException,
        SerializationException,
        DatabaseClosedException,
        CorruptionException,
        FormatException,
        LockedException,
        HistoryDroppedException,
        ResourceExhaustedException,
        DeadlineExceededException,
        UnavailableException,
        UnauthorizedException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final TreeMap<String, String> details;
  private final boolean retryable;

  NacreException(
      ErrorCode code,
      String message,
      Map<String, String> details,
      boolean retryable,
      @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
    this.details = new TreeMap<>(details);
    this.retryable = retryable;
  }

  /** The stable code of this failure. */
  public ErrorCode code() {
    return code;
  }

  /** Facts about the failure, by name. */
  public Map<String, String> details() {
    return Map.copyOf(details);
  }

  /** Whether the same call may succeed later without a change by the caller. */
  public boolean retryable() {
    return retryable;
  }
}
