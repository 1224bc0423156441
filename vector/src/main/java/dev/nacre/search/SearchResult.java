package dev.nacre.search;

import static java.util.Objects.requireNonNull;

import dev.nacre.model.ReadPoint;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The answer of a search.
 *
 * @param hits best first; equal scores in key order. Of a search with a {@link Diversity} in the
 *     order in which they were chosen; with a {@link Grouping} group after group
 * @param exact whether no nearer record can have been missed; of a page that a cursor led to, none
 *     between where the page before ended and its own last hit
 * @param readPoint the version and instant searched
 * @param plan how it was answered
 * @param groups the same hits by group, the group of the best hit first; empty without a {@link
 *     Grouping}
 * @param cursor opaque text to continue behind the last hit with, or null when there is no more,
 *     and for a search with a {@link Grouping} or {@link Diversity}; see {@link #next()}
 */
public record SearchResult(
    List<Hit> hits,
    boolean exact,
    ReadPoint readPoint,
    SearchPlan plan,
    List<HitGroup> groups,
    @Nullable String cursor) {
  /** Checks the parts and copies the lists. */
  public SearchResult {
    requireNonNull(hits, "hits");
    requireNonNull(readPoint, "readPoint");
    requireNonNull(plan, "plan");
    requireNonNull(groups, "groups");
    hits = List.copyOf(hits);
    groups = List.copyOf(groups);
  }

  /** Hits that are neither grouped nor continued. */
  public SearchResult(List<Hit> hits, boolean exact, ReadPoint readPoint, SearchPlan plan) {
    this(hits, exact, readPoint, plan, List.of(), null);
  }

  /**
   * What to continue with, by {@link SearchRequest#withCursor}; empty when there is no more. The
   * page that it leads to may turn out to be empty.
   */
  public Optional<String> next() {
    return Optional.ofNullable(cursor);
  }
}
