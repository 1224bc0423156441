package dev.nacre.vector;

import dev.nacre.search.SearchPlan;
import dev.nacre.vector.exact.TopHits;
import dev.nacre.vector.exact.VectorBlock;

/**
 * Searches a set as of a version before its own, by the intervals that its rows and documents still
 * carry. Without filters: metadata are kept for the versions of sets only. For one thread, which
 * holds the set.
 */
final class PastSetSearcher {
  private final SpaceSet set;
  private final Query query;
  private final EpochPolicy policy;
  private final long version;

  /**
   * A search.
   *
   * @param version one that the set tells
   */
  PastSetSearcher(SpaceSet set, Query query, EpochPolicy policy, long version) {
    this.set = set;
    this.query = query;
    this.policy = policy;
    this.version = version;
  }

  /** The nearest {@code k}. */
  Found nearest(int k) {
    TopHits hits = new TopHits(k, set.keys()::compare);
    int live = offerRows(hits);
    Epoch.Reach reach = Epoch.Reach.ALL;
    GraphLayer layer = set.layer();
    if (layer != null) {
      int docs = set.liveDocsAt(version);
      live += docs;
      LayerSearch search =
          new LayerSearch(
              layer,
              set.keys(),
              query,
              doc -> layer.from(doc) <= version && layer.to(doc) > version);
      reach = search.nearest(policy, docs, docs, k, false, hits);
    }
    hits.sort();
    SearchPlan.Tier tier =
        live == 0
            ? SearchPlan.Tier.EMPTY
            : reach == Epoch.Reach.GRAPH ? SearchPlan.Tier.GRAPH : SearchPlan.Tier.EXACT;
    return new Found(
        hits,
        set.keys()::key,
        new SearchPlan(tier, live, query.providerName()),
        reach == Epoch.Reach.ALL);
  }

  /** Offers the rows of the block; answers how many were live. */
  private int offerRows(TopHits hits) {
    VectorBlock block = set.block();
    int[] live = new int[1];
    block.runs(
        0,
        set.rows(),
        Query.RUN_ROWS,
        (first, floats, count) -> {
          float[] scores = query.scores(floats, count);
          for (int i = 0; i < count; i++) {
            int row = first + i;
            if (block.from(row) <= version && block.to(row) > version) {
              live[0]++;
              if (hits.admits(scores[i])) {
                hits.offer(query.bounded(scores[i]), block.key(row), block.from(row));
              }
            }
          }
        });
    return live[0];
  }
}
