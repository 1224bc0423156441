package dev.nacre.embed;

import dev.nacre.model.EmbeddingSpace;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A model that turns texts into vectors of one embedding space. Thread-safe.
 *
 * <p>{@link #embed} must not block its caller: a model in process computes on threads of its own. A
 * database that is given an embedder uses it for texts in requests and never closes it: whoever
 * made it closes it, after the databases that use it.
 */
public interface Embedder extends AutoCloseable {

  /** The space of the vectors: name, dimension, metric and the id of the model. Constant. */
  EmbeddingSpace space();

  /**
   * The vectors of {@code texts}, in their order, each of the space's dimension. Fails with a
   * {@code NacreException} where it can: {@code ValidationException} for a text it does not take,
   * {@code ResourceExhaustedException} when its queue is full, {@code DatabaseClosedException}
   * after {@link #close()}. Cancelling the future withdraws texts whose computation has not begun.
   */
  CompletableFuture<List<float[]>> embed(List<String> texts);

  /** Frees the model. Idempotent. */
  @Override
  void close();
}
