package dev.nacre.vector;

import dev.nacre.similarity.SimilarityProvider;
import dev.nacre.vector.exact.KeyTable;
import dev.nacre.vector.exact.TopHits;
import dev.nacre.vector.graph.GraphIndex;
import java.util.function.IntPredicate;

/**
 * Searches a graph of which only some documents count: those of one moment. It is searched as if
 * each of them counted, and the others are left out; what fraction counts is known, so as many more
 * candidates are kept. One search; for one thread.
 */
final class LayerSearch {
  private final GraphLayer layer;
  private final KeyTable keys;
  private final Query query;
  private final IntPredicate accepted;

  /**
   * A search.
   *
   * @param accepted which documents count
   */
  LayerSearch(GraphLayer layer, KeyTable keys, Query query, IntPredicate accepted) {
    this.layer = layer;
    this.keys = keys;
    this.query = query;
    this.accepted = accepted;
  }

  /**
   * Offers the nearest that count.
   *
   * @param live how many documents were live at the moment
   * @param count how many of them count, at most
   */
  Epoch.Reach nearest(
      EpochPolicy policy, int live, int count, int k, boolean filtered, TopHits hits) {
    if (count == 0) {
      return Epoch.Reach.ALL;
    }
    if (policy.usesGraph(layer, count, k, filtered)
        && searchGraph(policy.candidates(layer, live, k, filtered), k, hits)) {
      return Epoch.Reach.GRAPH;
    }
    scan(hits);
    return Epoch.Reach.ALL;
  }

  /** False when the graph did not get far enough from the query for {@code k} that count. */
  private boolean searchGraph(int firstCandidates, int k, TopHits hits) {
    float[] target = query.unpadded();
    int candidates = firstCandidates;
    for (int round = 0; round < GraphPolicy.FILTERED_ROUNDS; round++) {
      TopHits nearest = new TopHits(k + EpochPolicy.ROUNDING_SLACK, this::compareKeys);
      TopHits best = new TopHits(k, this::compareKeys);
      float reach =
          layer
              .index()
              .nearest(
                  target,
                  candidates,
                  (doc, score) -> {
                    if (accepted.test(doc)) {
                      nearest.offer(score, doc, 0);
                      best.offer(score, doc, 0);
                    }
                  });
      if (best.size() == k && best.worst() >= reach) {
        rescore(nearest, hits);
        return true;
      }
      candidates = (int) Math.min(layer.docs(), (long) candidates * GraphPolicy.FILTERED_GROWTH);
    }
    return false;
  }

  /** Scores by our own provider what Lucene found: scores do not depend on the tier. */
  private void rescore(TopHits docs, TopHits hits) {
    GraphIndex.VectorReader vectors = layer.index().vectors();
    float[] vector = new float[SimilarityProvider.stride(query.space().dimension())];
    for (int i = 0; i < docs.size(); i++) {
      int doc = docs.key(i);
      vectors.copy(doc, vector);
      hits.offer(query.score(vector), layer.key(doc), layer.from(doc));
    }
  }

  /** Compares every vector that counts. */
  private void scan(TopHits hits) {
    GraphIndex.VectorReader vectors = layer.index().vectors();
    float[] vector = new float[SimilarityProvider.stride(query.space().dimension())];
    for (int doc = 0; doc < layer.docs(); doc++) {
      if (accepted.test(doc)) {
        vectors.copy(doc, vector);
        float score = query.score(vector);
        if (hits.admits(score)) {
          hits.offer(score, layer.key(doc), layer.from(doc));
        }
      }
    }
  }

  private int compareKeys(int doc1, int doc2) {
    return keys.compare(layer.key(doc1), layer.key(doc2));
  }
}
