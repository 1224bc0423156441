package dev.nacre.vector;

import dev.nacre.filter.Filter;
import dev.nacre.model.Namespace;
import dev.nacre.model.ReadPoint;
import dev.nacre.search.SearchPlan;
import dev.nacre.similarity.SimilarityProvider;
import dev.nacre.similarity.Vectors;
import dev.nacre.store.Store;
import dev.nacre.vector.exact.TopHits;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Searches a space as of any version by reading every vector that was live then: exact, in memory
 * that does not depend on how many there are (but for the keys that match a filter). For one
 * thread.
 */
final class StorageSearcher {
  private final Store store;
  private final ReadPoint at;
  private final Namespace namespace;
  private final Query query;
  private final SearchPlan.Tier tier;
  private @Nullable Set<String> matching;

  /**
   * A search as of {@code at}.
   *
   * @param tier how the plan names it
   */
  StorageSearcher(
      Store store, ReadPoint at, Namespace namespace, Query query, SearchPlan.Tier tier) {
    this.store = store;
    this.at = at;
    this.namespace = namespace;
    this.query = query;
    this.tier = tier;
  }

  /** The nearest {@code k}. */
  Found nearest(int k) {
    Filter filter = query.filter();
    if (filter != null && matching == null) {
      matching = matching(filter);
    }
    try (Arena arena = Arena.ofConfined()) {
      Rows rows = new Rows(arena, k);
      store.scanVectors(at.version(), namespace.id(), query.space(), rows::accept);
      rows.flush();
      rows.hits.sort();
      return new Found(
          rows.hits,
          rows::key,
          new SearchPlan(
              rows.seen == 0 ? SearchPlan.Tier.EMPTY : tier, rows.seen, query.providerName()),
          true);
    }
  }

  private Set<String> matching(Filter filter) {
    Set<String> keys = new HashSet<>();
    store.scanMetadata(
        at,
        namespace.name(),
        (key, metadata) -> {
          if (filter.matches(metadata)) {
            keys.add(key);
          }
          return true;
        });
    return keys;
  }

  /** A run of rows waiting to be scored together. Keys arrive in order, so numbers compare them. */
  private final class Rows {
    private final MemorySegment floats;
    private final float[] row;
    private final long[] from = new long[Query.RUN_ROWS];
    private final String[] keys = new String[Query.RUN_ROWS];
    private final TopHits hits;

    /** The keys of the rows that once were among the nearest: few of all. */
    private final Map<Integer, String> candidates = new HashMap<>();

    private int count;
    private int seen;

    Rows(Arena arena, int k) {
      int stride = SimilarityProvider.stride(query.space().dimension());
      this.row = new float[stride];
      this.floats =
          arena.allocate(
              (long) Query.RUN_ROWS * stride * Float.BYTES, SimilarityProvider.LANES * Float.BYTES);
      this.hits = new TopHits(k, Integer::compare);
    }

    boolean accept(String key, long version, MemorySegment stored) {
      if (matching != null && !matching.contains(key)) {
        return true;
      }
      Vectors.prepare(query.space().metric(), stored, query.space().dimension(), row);
      MemorySegment.copy(
          row,
          0,
          floats,
          ValueLayout.JAVA_FLOAT,
          (long) count * row.length * Float.BYTES,
          row.length);
      keys[count] = key;
      from[count++] = version;
      seen++;
      if (count == Query.RUN_ROWS) {
        flush();
      }
      return true;
    }

    String key(int number) {
      return Objects.requireNonNull(candidates.get(number));
    }

    void flush() {
      float[] scores = query.scores(floats, count);
      int first = seen - count;
      for (int i = 0; i < count; i++) {
        if (hits.admits(scores[i])) {
          hits.offer(query.bounded(scores[i]), first + i, from[i]);
          candidates.put(first + i, keys[i]);
        }
      }
      count = 0;
    }
  }
}
