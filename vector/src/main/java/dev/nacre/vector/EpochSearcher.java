package dev.nacre.vector;

import dev.nacre.filter.Filter;
import dev.nacre.model.ReadPoint;
import dev.nacre.search.SearchPlan;
import dev.nacre.store.Store;
import dev.nacre.vector.exact.TopHits;
import org.jspecify.annotations.Nullable;

/** One search of one epoch as of one moment. For one thread, which holds the epoch. */
final class EpochSearcher {
  private final Epoch epoch;
  private final Query query;
  private final EpochPolicy policy;
  private final long version;
  private final long @Nullable [] matching;
  private final int candidates;
  private TopHits hits;

  /**
   * A search as of {@code at}, which the epoch covers; reads the metadata when there is a filter.
   */
  EpochSearcher(
      Store store, String namespace, Epoch epoch, Query query, ReadPoint at, EpochPolicy policy) {
    this.epoch = epoch;
    this.query = query;
    this.policy = policy;
    this.version = at.version();
    Filter filter = query.filter();
    this.matching = filter == null ? null : epoch.matching(filter, at, store, namespace);
    int live = epoch.live(version);
    this.candidates = matching == null ? live : Math.min(live, bits(matching));
    this.hits = new TopHits(1, epoch.keys()::compare);
  }

  /** The nearest {@code k}. */
  Found nearest(int k) {
    hits = new TopHits(k, epoch.keys()::compare);
    Epoch.Reach reach = epoch.search(this, k);
    hits.sort();
    SearchPlan.Tier tier = candidates == 0 ? SearchPlan.Tier.EMPTY : SearchPlan.Tier.EPOCH;
    return new Found(
        hits,
        epoch.keys()::key,
        new SearchPlan(tier, candidates, query.providerName()),
        reach == Epoch.Reach.ALL);
  }

  Query query() {
    return query;
  }

  EpochPolicy policy() {
    return policy;
  }

  long version() {
    return version;
  }

  /**
   * How many vectors can be hits: of those live at the moment, at most as many as records match.
   */
  int candidates() {
    return candidates;
  }

  /** Where what is found is offered, with the version that wrote it as its row. */
  TopHits hits() {
    return hits;
  }

  boolean isFiltered() {
    return matching != null;
  }

  /** Whether a vector was its key's at the moment, and the key's record matches. */
  boolean accepts(int key, long from, long to) {
    return from <= version && to > version && Epoch.isSet(matching, key);
  }

  private static int bits(long[] words) {
    int count = 0;
    for (long word : words) {
      count += Long.bitCount(word);
    }
    return count;
  }
}
