package dev.nacre.embed;

import dev.nacre.model.EmbeddingSpace;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Turns texts into vectors of one embedding space. Thread-safe; never blocks its caller.
 *
 * <p>Whoever makes an embedder closes it; a database that is given one does not.
 */
public interface Embedder extends AutoCloseable {
  /** The space its vectors belong to: dimension, metric and model. */
  EmbeddingSpace space();

  /**
   * The vectors of texts, in their order. The caller owns the arrays. Fails with Validation when a
   * text is blank, with Unavailable after {@link #close()}; an empty list gives an empty list.
   * Cancelling may stop work that has not begun.
   */
  CompletableFuture<List<float[]>> embed(List<String> texts);

  /** Releases the model. Idempotent. */
  @Override
  void close();
}
