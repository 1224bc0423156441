package dev.nacre.search;

import static java.util.Objects.requireNonNull;

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
  /** Checks the parts and copies the list. */
  public SearchResult {
    requireNonNull(hits, "hits");
    requireNonNull(readPoint, "readPoint");
    requireNonNull(plan, "plan");
    hits = List.copyOf(hits);
  }
}
