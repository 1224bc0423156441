package dev.nacre.runtime;

import dev.nacre.error.NacreException;
import dev.nacre.error.UnavailableException;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes of whatever was thrown the one failure that callers see. */
public final class Failures {
  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

  private Failures() {}

  /**
   * The failure itself when it is a {@link NacreException} or a cancellation, out of the wrappers
   * of {@code java.util.concurrent}; otherwise an {@link UnavailableException} caused by it.
   *
   * @param what the operation, for the message
   */
  public static RuntimeException of(String what, Throwable thrown) {
    Throwable failure = unwrap(thrown);
    return switch (failure) {
      case NacreException nacre -> nacre;
      case CancellationException cancelled -> cancelled;
      default -> {
        LOG.error("{} failed for an unforeseen reason", what, failure);
        yield new UnavailableException(
            what + " failed for an unforeseen reason: " + failure,
            Map.of("operation", what),
            failure);
      }
    };
  }

  /** The failure of an embedder: somebody else's code, so anything can come. */
  static RuntimeException ofEmbedder(Throwable thrown) {
    Throwable failure = unwrap(thrown);
    return failure instanceof NacreException nacre
        ? nacre
        : new UnavailableException(
            "the embedder failed: " + failure + "; nothing was written",
            Map.of("outcome", "none"),
            failure);
  }

  private static Throwable unwrap(Throwable thrown) {
    Throwable failure = thrown;
    while (failure instanceof CompletionException || failure instanceof ExecutionException) {
      Throwable cause = failure.getCause();
      if (cause == null) {
        return failure;
      }
      failure = cause;
    }
    return failure;
  }
}
