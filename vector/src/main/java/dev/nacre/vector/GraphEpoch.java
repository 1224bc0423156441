package dev.nacre.vector;

import dev.nacre.similarity.SimilarityProvider;
import dev.nacre.vector.exact.KeyTable;
import dev.nacre.vector.exact.MemoryMeter;
import dev.nacre.vector.exact.TopHits;
import dev.nacre.vector.graph.GraphIndex;

/**
 * An epoch with a graph over all of its vectors. The graph is searched as if each of them counted,
 * and those of other moments are left out: what fraction of it counts is known, so as many more
 * candidates are kept.
 */
final class GraphEpoch extends Epoch {
  private final GraphLayer layer;
  private final MemoryMeter meter;
  private final long tables;

  private GraphEpoch(
      EpochRange range,
      KeyTable keys,
      long[] begins,
      long[] ends,
      GraphLayer layer,
      MemoryMeter meter) {
    super(range, keys, begins, ends);
    this.layer = layer;
    this.meter = meter;
    this.tables = layer.bytes() + tableBytes(layer.docs(), keys.size());
    meter.add(tables);
  }

  /** The epoch of a graph that was just opened; takes over the caller's reference. */
  static GraphEpoch of(EpochRange range, GraphIndex index, MemoryMeter meter) {
    boolean read = false;
    try {
      GraphLayer layer = new GraphLayer(index);
      KeyTable keys = new KeyTable();
      long[] begins = new long[index.docs()];
      long[] ends = new long[index.docs()];
      index.intervals(
          (doc, key, from, to) -> {
            layer.set(doc, keys.add(key), from, to);
            begins[doc] = from;
            ends[doc] = to;
          });
      GraphEpoch epoch = new GraphEpoch(range, keys, begins, ends, layer, meter);
      read = true;
      return epoch;
    } finally {
      if (!read) {
        index.release();
      }
    }
  }

  @Override
  Reach search(EpochSearcher searcher, int k) {
    if (searcher.candidates() == 0) {
      return Reach.ALL;
    }
    if (searcher.policy().usesGraph(layer, searcher.candidates(), k, searcher.isFiltered())
        && searchGraph(searcher, k)) {
      return Reach.GRAPH;
    }
    searchAll(searcher);
    return Reach.ALL;
  }

  /** False when the graph did not get far enough from the query for {@code k} that count. */
  private boolean searchGraph(EpochSearcher searcher, int k) {
    float[] target = searcher.query().unpadded();
    int live = live(searcher.version());
    int candidates = searcher.policy().candidates(layer, live, k, searcher.isFiltered());
    for (int round = 0; round < GraphPolicy.FILTERED_ROUNDS; round++) {
      TopHits nearest = new TopHits(candidates, this::compareKeys);
      TopHits best = new TopHits(k, this::compareKeys);
      float reach =
          layer
              .index()
              .nearest(
                  target,
                  candidates,
                  (doc, score) -> {
                    if (accepts(searcher, doc)) {
                      nearest.offer(score, doc, 0);
                      best.offer(score, doc, 0);
                    }
                  });
      if (best.size() == k && best.worst() >= reach) {
        rescore(searcher, nearest, k);
        return true;
      }
      candidates = (int) Math.min(layer.docs(), (long) candidates * GraphPolicy.FILTERED_GROWTH);
    }
    return false;
  }

  /** Compares every vector that counts. */
  private void searchAll(EpochSearcher searcher) {
    Query query = searcher.query();
    TopHits hits = searcher.hits();
    GraphIndex.VectorReader vectors = layer.index().vectors();
    float[] vector = new float[SimilarityProvider.stride(query.space().dimension())];
    for (int doc = 0; doc < layer.docs(); doc++) {
      if (accepts(searcher, doc)) {
        vectors.copy(doc, vector);
        float score = query.score(vector);
        if (hits.admits(score)) {
          hits.offer(score, layer.key(doc), layer.from(doc));
        }
      }
    }
  }

  private boolean accepts(EpochSearcher searcher, int doc) {
    return searcher.accepts(layer.key(doc), layer.from(doc), layer.to(doc));
  }

  /** Scores by our own provider what Lucene found: scores do not depend on the tier. */
  private void rescore(EpochSearcher searcher, TopHits docs, int k) {
    Query query = searcher.query();
    GraphIndex.VectorReader vectors = layer.index().vectors();
    float[] vector = new float[SimilarityProvider.stride(query.space().dimension())];
    docs.sort();
    int most = (int) Math.min(docs.size(), k + (long) EpochPolicy.ROUNDING_SLACK);
    for (int i = 0; i < most; i++) {
      int doc = docs.key(i);
      vectors.copy(doc, vector);
      searcher.hits().offer(query.score(vector), layer.key(doc), layer.from(doc));
    }
  }

  private int compareKeys(int doc1, int doc2) {
    return keys().compare(layer.key(doc1), layer.key(doc2));
  }

  @Override
  long bytes() {
    return tables;
  }

  @Override
  protected void free() {
    meter.add(-tables);
    layer.index().release();
  }

  @Override
  public String toString() {
    return "GraphEpoch[" + range() + ", " + vectors() + " vectors]";
  }
}
