package dev.nacre.vector;

import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import dev.nacre.store.Store;

/**
 * Searches the embeddings of a store. Thread-safe; searches block (they may read the disk), so
 * callers run them on a pool. Closing it stops background work and frees off-heap memory; the store
 * is closed by its owner, afterwards.
 */
public interface VectorEngine extends AutoCloseable {

  /** An engine over {@code store}. Indexes are opened or built when a space is first searched. */
  static VectorEngine open(Store store, VectorOptions options) {
    return StoreVectorEngine.start(store, options);
  }

  /**
   * The nearest records. A request by text is refused: the caller embeds it first.
   *
   * @throws dev.nacre.error.ValidationException when the vector does not fit the space, or the
   *     namespace has no such space
   */
  SearchResult similar(SearchRequest request);

  /**
   * Whether what a search of the present needs is in memory and up to date, so that it opens no
   * file, builds nothing and waits for nobody first. It may be let go of before the search. Never
   * blocks.
   */
  boolean isAtHand(SearchRequest request);

  /**
   * Forgets everything it holds of a namespace, on disk and in memory, to be built again from the
   * store: something has been purged there. Blocks until the files are gone; memory that a search
   * is using is freed when it ends.
   *
   * @throws dev.nacre.error.UnavailableException when files cannot be deleted
   */
  void forget(int namespaceId);

  /** What the engine says of itself. */
  VectorStatistics statistics();

  /** Idempotent. */
  @Override
  void close();
}
