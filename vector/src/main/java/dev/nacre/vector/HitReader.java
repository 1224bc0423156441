package dev.nacre.vector;

import dev.nacre.model.ReadPoint;
import dev.nacre.model.VersionedRecord;
import dev.nacre.search.Hit;
import dev.nacre.search.SearchPlan;
import dev.nacre.search.SearchRequest;
import dev.nacre.store.Store;
import dev.nacre.vector.exact.TopHits;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of what was found, best first: from where a page before ended, down to the
 * least score. A record that has expired is no hit, and costs none: the search is repeated for more
 * until there are enough, or no more vectors. One search; for one thread.
 */
final class HitReader {
  private static final int GROWTH = 4;

  private final Store store;
  private final String namespace;
  private final String space;
  private final ReadPoint at;
  private final float minScore;
  private final @Nullable SearchCursor after;
  private final Map<String, Optional<VersionedRecord>> known = new HashMap<>();

  /**
   * A reader.
   *
   * @param after where the page before ended, or null
   */
  HitReader(Store store, SearchRequest request, ReadPoint at, @Nullable SearchCursor after) {
    this.store = store;
    this.namespace = request.namespace();
    this.space = request.space();
    this.at = at;
    this.minScore = request.minScore().orElse(Float.NEGATIVE_INFINITY);
    this.after = after;
  }

  /**
   * The best hits.
   *
   * @param hits best first; equal scores in key order
   * @param exact whether none can have been missed
   * @param plan how they were found
   * @param isAll whether nothing comes behind them
   */
  record Ranked(List<Hit> hits, boolean exact, SearchPlan plan, boolean isAll) {}

  /**
   * The {@code k} best with their records.
   *
   * @param search finds the nearest, as many as asked for
   */
  Ranked read(int k, IntFunction<Found> search) {
    int want = k + (after == null ? 0 : after.seen());
    while (true) {
      Found found = search.apply(want);
      List<Hit> hits = new ArrayList<>(Math.min(k, found.hits().size()));
      int next = read(found, k, hits);
      boolean isLast =
          next == found.hits().size() ? isAll(found, want) : isBelow(found.hits().score(next));
      if (hits.size() == k || isLast) {
        return new Ranked(hits, found.exact(), found.plan(), isLast);
      }
      want = (int) Math.min((long) want * GROWTH, Integer.MAX_VALUE - 64);
    }
  }

  private static boolean isAll(Found found, int want) {
    return found.hits().size() < want || found.hits().size() >= found.plan().candidates();
  }

  /** Adds hits until there are {@code k}; answers where in what was found it has come to. */
  private int read(Found found, int k, List<Hit> hits) {
    TopHits nearest = found.hits();
    int i = 0;
    while (i < nearest.size() && hits.size() < k && !isBelow(nearest.score(i))) {
      String key = found.keys().apply(nearest.key(i));
      if (after == null || after.isBefore(nearest.score(i), key)) {
        Optional<VersionedRecord> record = known.get(key);
        if (record == null) {
          load(found, i, k - hits.size());
          record = known.getOrDefault(key, Optional.empty());
        }
        // The version of the embedding tells a record that expired and was written anew.
        Long version = record.map(r -> r.embeddingVersions().get(space)).orElse(null);
        if (record.isPresent() && version != null && version == nearest.row(i)) {
          hits.add(new Hit(key, nearest.score(i), version, record.get()));
        }
      }
      i++;
    }
    return i;
  }

  /** Reads the records of the next {@code count} from the i-th on. */
  private void load(Found found, int i, int count) {
    TopHits nearest = found.hits();
    List<String> keys = new ArrayList<>(Math.min(count, nearest.size() - i));
    for (int j = i; j < nearest.size() && keys.size() < count; j++) {
      if (isBelow(nearest.score(j))) {
        break;
      }
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

  private boolean isBelow(float score) {
    return score < minScore;
  }
}
