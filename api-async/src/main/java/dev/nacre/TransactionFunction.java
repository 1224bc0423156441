package dev.nacre;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What a transaction does: reads and buffers writes, and says by its stage when it is done.
 *
 * <p>It may run several times, each time with a {@link Transaction} of its own at a newer read
 * point, so it should do nothing outside the transaction that must not happen twice. It must not
 * block: the first run is on the caller's thread, later ones on virtual threads.
 *
 * @param <T> the type of its answer
 */
@FunctionalInterface
public interface TransactionFunction<T extends @Nullable Object> {
  /**
   * Runs once.
   *
   * @param transaction usable until the stage completes
   * @return completes when everything has been read and written; with a failure, nothing is
   *     committed and the transaction fails with it
   */
  CompletionStage<T> apply(Transaction transaction);
}
