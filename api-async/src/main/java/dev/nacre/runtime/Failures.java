package dev.nacre.runtime;

import dev.nacre.error.NacreException;
import dev.nacre.error.UnavailableException;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;

/** Failures as users see them. */
final class Failures {
  private Failures() {}

  /** The failure inside what {@code CompletableFuture} wraps around it, as one of ours. */
  static Throwable unwrapped(Throwable failure) {
    Throwable inner = failure;
    while (inner instanceof CompletionException && inner.getCause() != null) {
      inner = inner.getCause();
    }
    if (inner instanceof NacreException || inner instanceof CancellationException) {
      return inner;
    }
    return new UnavailableException(
        "the call failed for an unforeseen reason: " + inner, Map.of(), inner);
  }
}
