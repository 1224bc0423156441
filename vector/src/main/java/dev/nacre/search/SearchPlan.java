package dev.nacre.search;

import static java.util.Objects.requireNonNull;

/**
 * How a search was answered.
 *
 * @param tier which tier
 * @param candidates how many vectors could have been hits: live at the moment and matching the
 *     filter, as far as counted
 * @param provider the similarity provider that computed scores, for example {@code simd}
 */
public record SearchPlan(Tier tier, long candidates, String provider) {
  /** Checks the parts. */
  public SearchPlan {
    requireNonNull(tier, "tier");
    requireNonNull(provider, "provider");
  }

  /** Where the answer came from. */
  public enum Tier {
    /** Every candidate was compared. */
    EXACT,
    /** The HNSW graph, and every vector that it has not absorbed. */
    GRAPH,
    /** Every vector that was live at a past version was read from storage and compared. */
    EXACT_AS_OF,
    /**
     * An index of the epoch of history that the version lies in; whether every vector was compared
     * is said by {@link SearchResult#exact()}.
     */
    EPOCH,
    /** Nothing to search. */
    EMPTY
  }
}
