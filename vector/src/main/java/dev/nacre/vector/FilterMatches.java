package dev.nacre.vector;

import dev.nacre.filter.Filter;
import dev.nacre.vector.graph.DocSet;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The vectors of one {@link SpaceSet} whose records match one filter. Immutable. */
final class FilterMatches {
  private final int[] rows;
  private final @Nullable Docs docs;

  private FilterMatches(int[] rows, @Nullable Docs docs) {
    this.rows = rows;
    this.docs = docs;
  }

  static FilterMatches of(SpaceSet set, Filter filter) {
    MetadataColumn metadata = Objects.requireNonNull(set.metadata(), "metadata is not loaded");
    long[] keys = metadata.matching(filter, set);
    int[] rows = new int[64];
    int count = 0;
    for (int row = 0; row < set.rows(); row++) {
      if (isSet(keys, set.block().key(row)) && set.block().to(row) > set.version()) {
        if (count == rows.length) {
          rows = Arrays.copyOf(rows, count * 2);
        }
        rows[count++] = row;
      }
    }
    GraphLayer layer = set.layer();
    return new FilterMatches(
        Arrays.copyOf(rows, count), layer == null ? null : docs(layer, keys, set.version()));
  }

  private static Docs docs(GraphLayer layer, long[] keys, long version) {
    long[] words = new long[(layer.docs() + 63) >>> 6];
    int count = 0;
    for (int doc = 0; doc < layer.docs(); doc++) {
      if (layer.to(doc) > version && isSet(keys, layer.key(doc))) {
        words[doc >>> 6] |= 1L << doc;
        count++;
      }
    }
    return new Docs(words, count);
  }

  /** Rows of the block, ascending. */
  int[] rows() {
    return rows;
  }

  /** Documents of the graph; null when the set has none. */
  @Nullable DocSet docs() {
    return docs;
  }

  /** How many match. */
  int count() {
    return rows.length + (docs == null ? 0 : docs.count);
  }

  private static boolean isSet(long[] words, int bit) {
    return (words[bit >>> 6] & 1L << bit) != 0;
  }

  /** A bit for every document. */
  private static final class Docs implements DocSet {
    private final long[] words;
    private final int count;

    Docs(long[] words, int count) {
      this.words = words;
      this.count = count;
    }

    @Override
    public boolean contains(int doc) {
      return isSet(words, doc);
    }

    @Override
    public int next(int doc) {
      int index = doc >>> 6;
      if (index >= words.length) {
        return -1;
      }
      long word = words[index] & -1L << doc;
      while (word == 0) {
        index++;
        if (index == words.length) {
          return -1;
        }
        word = words[index];
      }
      return (index << 6) + Long.numberOfTrailingZeros(word);
    }

    @Override
    public int count() {
      return count;
    }
  }
}
