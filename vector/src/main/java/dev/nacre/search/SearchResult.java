package dev.nacre.search;

import dev.nacre.model.ReadPoint;
import java.util.List;

/**
 * The answer of a search.
 *
 * @param hits best first; equal scores in key order
 * @param exact whether no nearer record can have been missed
 * @param readPoint the version and instant searched
 * @param plan how it was answered
 */
public record SearchResult(List<Hit> hits, boolean exact, ReadPoint readPoint, SearchPlan plan) {
  /** Copies the list. */
  public SearchResult {
    hits = List.copyOf(hits);
  }
}
