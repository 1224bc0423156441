package dev.nacre.vector;

import dev.nacre.filter.Filter;
import dev.nacre.model.Metric;
import dev.nacre.search.SearchPlan;
import dev.nacre.similarity.SimilarityProvider;
import dev.nacre.vector.exact.KeyTable;
import dev.nacre.vector.exact.TopHits;
import dev.nacre.vector.exact.VectorBlock;
import dev.nacre.vector.graph.DocSet;
import dev.nacre.vector.graph.GraphIndex;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Searches one set: the graph or all of its documents, and the rows of the block. Everything that
 * comes out of the graph is scored again by the query's own provider, so that scores are the same
 * in every tier.
 */
final class SetSearcher {
  /** Documents taken beyond what is wanted: Lucene's scores differ from ours by rounding. */
  private static final int ROUNDING_SLACK = 16;

  private final SpaceSet set;
  private final Query query;
  private final GraphPolicy policy;
  private final @Nullable DeviceTier device;
  private final @Nullable FilterMatches matches;

  /**
   * A search of one set.
   *
   * @param device finds candidates among the rows of the block; null without one
   */
  SetSearcher(SpaceSet set, Query query, GraphPolicy policy, @Nullable DeviceTier device) {
    this.set = set;
    this.query = query;
    this.policy = policy;
    this.device = device;
    Filter filter = query.filter();
    if (filter == null) {
      this.matches = null;
    } else {
      this.matches = query.isAskedAgain() ? set.matches(filter) : FilterMatches.of(set, filter);
    }
  }

  /** The nearest {@code k}. */
  Found nearest(int k) {
    KeyTable keys = set.keys();
    TopHits hits = new TopHits(k, keys::compare);
    int candidates = matches == null ? set.live() : matches.count();
    SearchPlan.Tier tier = candidates == 0 ? SearchPlan.Tier.EMPTY : SearchPlan.Tier.EXACT;
    GraphLayer layer = set.layer();
    if (layer != null && searchLayer(layer, k, hits)) {
      tier = SearchPlan.Tier.GRAPH;
    }
    boolean onDevice = offerRows(k, hits);
    hits.sort();
    return new Found(
        hits,
        keys::key,
        new SearchPlan(
            tier, candidates, onDevice && device != null ? device.name() : query.providerName()),
        tier != SearchPlan.Tier.GRAPH);
  }

  /** Offers the graph's documents; returns whether the graph was searched rather than scanned. */
  private boolean searchLayer(GraphLayer layer, int k, TopHits hits) {
    DocSet accepted = accepted(layer);
    int count = accepted == null ? layer.docs() : accepted.count();
    if (count == 0) {
      return false;
    }
    int most = (int) Math.min(count, k + (long) ROUNDING_SLACK);
    TopHits nearest = new TopHits(most, (doc1, doc2) -> compareKeys(layer, doc1, doc2));
    float[] target = query.unpadded();
    boolean graph = false;
    if (policy.usesGraph(layer, count, k, matches != null)) {
      int candidates = policy.candidates(layer, k, matches != null);
      if (accepted == null) {
        layer.index().nearest(target, candidates, (doc, score) -> nearest.offer(score, doc, 0));
        graph = nearest.size() >= Math.min(k, count);
      } else {
        graph = searchAmongAll(layer, target, k, candidates, accepted, nearest);
      }
    }
    DocSet all = accepted == null ? layer.liveAt(set.version(), count) : accepted;
    if (!graph && query.space().metric() != Metric.COSINE) {
      scanOurselves(layer, all, hits);
    } else if (!graph) {
      TopHits scanned = new TopHits(most, (doc1, doc2) -> compareKeys(layer, doc1, doc2));
      layer.index().scan(target, all, (doc, score) -> offer(scanned, doc, score));
      rescore(layer, scanned, hits);
    } else {
      rescore(layer, nearest, hits);
    }
    return graph;
  }

  /**
   * Searches the graph as if every document counted and keeps those that do. False when that did
   * not get far enough from the query for {@code k} of them: they are elsewhere, where a graph
   * whose paths lead to the query does not find them (filtered while searching, recall fell to
   * .64).
   */
  private boolean searchAmongAll(
      GraphLayer layer,
      float[] target,
      int k,
      int firstCandidates,
      DocSet accepted,
      TopHits nearest) {
    int candidates = firstCandidates;
    for (int round = 0; round < GraphPolicy.FILTERED_ROUNDS; round++) {
      TopHits best = new TopHits(k, (doc1, doc2) -> compareKeys(layer, doc1, doc2));
      nearest.clear();
      float reach =
          layer
              .index()
              .nearest(
                  target,
                  candidates,
                  (doc, score) -> {
                    if (accepted.contains(doc)) {
                      nearest.offer(score, doc, 0);
                      best.offer(score, doc, 0);
                    }
                  });
      if (best.size() == k && best.worst() >= reach) {
        return true;
      }
      candidates = (int) Math.min(layer.docs(), (long) candidates * GraphPolicy.FILTERED_GROWTH);
    }
    return false;
  }

  /**
   * Compares every one of {@code docs} by the query's own provider. Lucene's scores of inner
   * products and distances are for graphs: it adds one to them, and those of short vectors drown.
   */
  private void scanOurselves(GraphLayer layer, DocSet docs, TopHits hits) {
    GraphIndex.VectorReader vectors = layer.index().vectors();
    float[] vector = new float[SimilarityProvider.stride(query.space().dimension())];
    for (int doc = docs.next(0); doc >= 0; doc = docs.next(doc + 1)) {
      vectors.copy(doc, vector);
      float score = query.score(vector);
      if (hits.admits(score)) {
        hits.offer(score, layer.key(doc), layer.from(doc));
      }
    }
  }

  private static void offer(TopHits hits, int doc, float score) {
    if (hits.admits(score)) {
      hits.offer(score, doc, 0);
    }
  }

  /** The documents that count; null for all. */
  private @Nullable DocSet accepted(GraphLayer layer) {
    if (matches != null) {
      return matches.docs();
    }
    return set.liveDocs() == layer.docs() ? null : layer.liveAt(set.version(), set.liveDocs());
  }

  private int compareKeys(GraphLayer layer, int doc1, int doc2) {
    return set.keys().compare(layer.key(doc1), layer.key(doc2));
  }

  private void rescore(GraphLayer layer, TopHits docs, TopHits hits) {
    GraphIndex.VectorReader vectors = layer.index().vectors();
    float[] vector = new float[SimilarityProvider.stride(query.space().dimension())];
    for (int i = 0; i < docs.size(); i++) {
      int doc = docs.key(i);
      vectors.copy(doc, vector);
      hits.offer(query.score(vector), layer.key(doc), layer.from(doc));
    }
  }

  /** Offers the block's rows; returns whether the device has compared most of them. */
  private boolean offerRows(int k, TopHits hits) {
    int first = 0;
    if (device != null) {
      first = device.offer(set, query, k, matches, (row, score) -> offerRow(row, score, hits));
    }
    if (matches == null) {
      offerRows(first, set.rows(), hits);
    } else {
      offerRows(matches.rows(), first, hits);
    }
    return first > 0;
  }

  private void offerRow(int row, float score, TopHits hits) {
    VectorBlock block = set.block();
    if (hits.admits(score) && block.to(row) > set.version()) {
      hits.offer(query.bounded(score), block.key(row), block.from(row));
    }
  }

  private void offerRows(int[] rows, int first, TopHits hits) {
    int start = first == 0 ? 0 : Arrays.binarySearch(rows, first);
    start = start < 0 ? -start - 1 : start;
    while (start < rows.length) {
      int end = start + 1;
      while (end < rows.length && rows[end] == rows[end - 1] + 1) {
        end++;
      }
      offerRows(rows[start], rows[end - 1] + 1, hits);
      start = end;
    }
  }

  private void offerRows(int from, int to, TopHits hits) {
    set.block()
        .runs(
            from,
            to,
            Query.RUN_ROWS,
            (first, floats, count) -> {
              float[] scores = query.scores(floats, count);
              for (int i = 0; i < count; i++) {
                offerRow(first + i, scores[i], hits);
              }
            });
  }
}
