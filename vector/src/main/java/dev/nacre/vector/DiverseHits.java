package dev.nacre.vector;

import dev.nacre.model.ReadPoint;
import dev.nacre.search.Hit;
import dev.nacre.store.Store;
import dev.nacre.store.StoredVector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Chooses hits by maximal marginal relevance: see {@link dev.nacre.search.Diversity}. Vectors are
 * read from storage, so that the choice does not depend on the tier; each one chosen is compared
 * with all that are left.
 */
final class DiverseHits {
  private final Store store;
  private final int namespaceId;
  private final Query query;
  private final ReadPoint at;
  private final double lambda;

  DiverseHits(Store store, int namespaceId, Query query, ReadPoint at, double lambda) {
    this.store = store;
    this.namespaceId = namespaceId;
    this.query = query;
    this.at = at;
    this.lambda = lambda;
  }

  /**
   * At most {@code k} of a pool, in the order in which they are chosen.
   *
   * @param pool best first
   */
  List<Hit> of(List<Hit> pool, int k) {
    List<Hit> left = new ArrayList<>(pool.size());
    List<float[]> vectors = new ArrayList<>(pool.size());
    for (Hit hit : pool) {
      Optional<StoredVector> stored =
          store.vector(at.version(), namespaceId, query.space(), hit.key());
      // What was purged since its record was read is no hit any more.
      if (stored.isPresent()) {
        left.add(hit);
        vectors.add(query.prepared(stored.get().vector()));
      }
    }
    store.checkReadable(at.version(), namespaceId);
    double[] nearest = new double[left.size()];
    Arrays.fill(nearest, Double.NEGATIVE_INFINITY);
    List<Hit> chosen = new ArrayList<>(Math.min(k, left.size()));
    boolean[] taken = new boolean[left.size()];
    while (chosen.size() < Math.min(k, left.size())) {
      int best = best(left, taken, nearest, chosen.isEmpty());
      taken[best] = true;
      chosen.add(left.get(best));
      for (int i = 0; i < taken.length; i++) {
        if (!taken[i]) {
          nearest[i] = Math.max(nearest[i], query.score(vectors.get(best), vectors.get(i)));
        }
      }
    }
    return chosen;
  }

  /** The first of those whose marginal relevance is the greatest. */
  private int best(List<Hit> left, boolean[] taken, double[] nearest, boolean first) {
    int best = -1;
    double most = 0;
    for (int i = 0; i < taken.length; i++) {
      if (!taken[i]) {
        double relevance =
            first ? left.get(i).score() : lambda * left.get(i).score() - (1 - lambda) * nearest[i];
        if (best < 0 || relevance > most) {
          best = i;
          most = relevance;
        }
      }
    }
    return best;
  }
}
