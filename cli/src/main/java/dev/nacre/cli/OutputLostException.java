package dev.nacre.cli;

import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Standard output takes nothing any more, so there is no use in going on. */
@SuppressWarnings("serial")
final class OutputLostException extends RuntimeException {
  OutputLostException(@Nullable IOException cause) {
    super(cause == null ? "it was closed" : String.valueOf(cause.getMessage()), cause);
  }

  /** Whether its reader has gone, as {@code head} does when it has seen enough. */
  boolean isOfAClosedPipe() {
    String message = String.valueOf(getMessage()).toLowerCase(Locale.ROOT);
    return message.contains("broken pipe") || message.contains("pipe is being closed");
  }
}
