package dev.nacre.runtime;

import dev.nacre.model.ReadPoint;
import dev.nacre.store.StoreStatistics;
import dev.nacre.vector.VectorEngine;
import dev.nacre.vector.VectorStatistics;
import java.util.Optional;

/**
 * What the engines say of themselves.
 *
 * @param readPoint the newest read point
 * @param store the store
 * @param search the search engine, or empty when nothing was searched yet
 */
public record EngineStatistics(
    ReadPoint readPoint, StoreStatistics store, Optional<VectorStatistics> search) {
  static EngineStatistics of(Engines engines) {
    return new EngineStatistics(
        engines.store().now(),
        engines.store().statistics(),
        engines.startedSearch().map(VectorEngine::statistics));
  }
}
