package dev.nacre.runtime;

import dev.nacre.embed.Embedder;
import dev.nacre.error.ValidationException;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.vector.VectorEngine;
import dev.nacre.vector.VectorOptions;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What answers calls: the store, the search engine over it, and the embedder. Thread-safe.
 *
 * <p>The search engine starts with the first search: a program that only puts and gets pays nothing
 * for it. When a similarity provider is forced it starts at once, so that a missing one fails the
 * opening.
 */
final class Engines {
  private final Store store;
  private final VectorOptions vectorOptions;
  private final @Nullable Embedder embedder;
  private final Object starting = new Object();
  private volatile @Nullable VectorEngine search;

  private Engines(Store store, VectorOptions vectorOptions, @Nullable Embedder embedder) {
    this.store = store;
    this.vectorOptions = vectorOptions;
    this.embedder = embedder;
  }

  static Engines open(
      StoreOptions storeOptions, VectorOptions vectorOptions, @Nullable Embedder embedder) {
    Store store = Store.open(storeOptions);
    try {
      Engines engines = new Engines(store, vectorOptions, embedder);
      if (isForced(vectorOptions.provider())) {
        var _ = engines.search();
      }
      return engines;
    } catch (RuntimeException | Error e) {
      store.close();
      throw e;
    }
  }

  private static boolean isForced(@Nullable String provider) {
    String chosen = provider == null ? System.getenv("NACRE_SIMILARITY") : provider;
    return chosen != null && !chosen.isBlank() && !chosen.toLowerCase(Locale.ROOT).equals("auto");
  }

  Store store() {
    return store;
  }

  /** The search engine, started when it is not. Blocks: for threads of the pool. */
  VectorEngine search() {
    VectorEngine started = search;
    if (started != null) {
      return started;
    }
    synchronized (starting) {
      started = search;
      if (started == null) {
        started = VectorEngine.open(store, vectorOptions);
        search = started;
      }
      return started;
    }
  }

  /** Searches, and tells the flight recorder. */
  SearchResult similar(SearchRequest request) {
    SearchEvent event = new SearchEvent();
    event.begin();
    SearchResult result = search().similar(request);
    event.end();
    if (event.shouldCommit()) {
      event.namespace = request.namespace();
      event.space = request.space();
      event.k = request.k();
      event.hits = result.hits().size();
      event.tier = result.plan().tier().name();
      event.exact = result.exact();
      event.candidates = result.plan().candidates();
      event.version = result.readPoint().version();
      event.commit();
    }
    return result;
  }

  /** The search engine, if it was started. */
  Optional<VectorEngine> startedSearch() {
    return Optional.ofNullable(search);
  }

  /**
   * The embedder.
   *
   * @throws ValidationException when none is configured
   */
  Embedder embedder() {
    if (embedder == null) {
      throw new ValidationException(
          "a text was to be embedded, but the database has no embedder: set one with"
              + " DatabaseOptions.builder(…).embedder(…), or pass a vector",
          Map.of("option", "embedder"));
    }
    return embedder;
  }

  /** Closes search, then the store. For the one thread that closes, after every call has left. */
  void close() {
    VectorEngine started = search;
    try {
      if (started != null) {
        started.close();
      }
    } finally {
      store.close();
    }
  }
}
