package dev.nacre.vector;

import dev.nacre.model.ReadPoint;
import dev.nacre.model.VersionedRecord;
import dev.nacre.search.Hit;
import dev.nacre.search.SearchResult;
import dev.nacre.store.Store;
import dev.nacre.vector.exact.TopHits;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * Reads the records of what was found. A record that has expired is no hit, and costs none: the
 * search is repeated for more until there are enough, or no more vectors.
 */
final class HitReader {
  private static final int GROWTH = 4;

  private final Store store;
  private final String namespace;
  private final String space;
  private final ReadPoint at;

  HitReader(Store store, String namespace, String space, ReadPoint at) {
    this.store = store;
    this.namespace = namespace;
    this.space = space;
    this.at = at;
  }

  /**
   * The {@code k} nearest with their records.
   *
   * @param search finds the nearest, as many as asked for
   */
  SearchResult read(int k, IntFunction<Found> search) {
    Map<String, Optional<VersionedRecord>> known = new HashMap<>();
    int want = k;
    while (true) {
      Found found = search.apply(want);
      List<Hit> hits = read(found, k, known);
      if (hits.size() == k || found.hits().size() < want) {
        return new SearchResult(hits, found.exact(), at, found.plan());
      }
      want = (int) Math.min((long) want * GROWTH, Integer.MAX_VALUE - 64);
    }
  }

  private List<Hit> read(Found found, int k, Map<String, Optional<VersionedRecord>> known) {
    TopHits nearest = found.hits();
    List<Hit> hits = new ArrayList<>(Math.min(k, nearest.size()));
    for (int i = 0; i < nearest.size() && hits.size() < k; i++) {
      String key = found.keys().apply(nearest.key(i));
      Optional<VersionedRecord> record = known.get(key);
      if (record == null) {
        load(found, i, k - hits.size(), known);
        record = known.getOrDefault(key, Optional.empty());
      }
      // The version of the embedding tells a record that expired and was written anew.
      Long version = record.map(r -> r.embeddingVersions().get(space)).orElse(null);
      if (record.isPresent() && version != null && version == nearest.row(i)) {
        hits.add(new Hit(key, nearest.score(i), version, record.get()));
      }
    }
    return hits;
  }

  /** Reads the records of the next {@code count} from the i-th on. */
  private void load(Found found, int i, int count, Map<String, Optional<VersionedRecord>> known) {
    TopHits nearest = found.hits();
    List<String> keys = new ArrayList<>(count);
    for (int j = i; j < nearest.size() && keys.size() < count; j++) {
      String key = found.keys().apply(nearest.key(j));
      if (!known.containsKey(key)) {
        keys.add(key);
      }
    }
    List<Optional<VersionedRecord>> records = store.getAll(at, namespace, keys, Set.of());
    for (int j = 0; j < keys.size(); j++) {
      known.put(keys.get(j), records.get(j));
    }
  }
}
