package dev.nacre.vector;

import dev.nacre.filter.Filter;
import dev.nacre.model.ReadPoint;
import dev.nacre.store.Store;
import dev.nacre.vector.exact.Counted;
import dev.nacre.vector.exact.KeyTable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Every vector that was live at any moment of a stretch of history, each with the versions [from,
 * to) in which it was its key's. Immutable and thread-safe; held by whoever searches it.
 */
abstract class Epoch extends Counted {
  private static final int MATCHES_MAX = 8;

  private final EpochRange range;
  private final KeyTable keys;
  private final long[] begins;
  private final long[] ends;
  private final LinkedHashMap<Question, long[]> matches = new LinkedHashMap<>(16, 0.75f, true);

  /** Metadata at one moment, asked one question. */
  private record Question(Filter filter, ReadPoint at) {}

  /**
   * An epoch.
   *
   * @param begins the beginnings of all intervals, in any order; sorted here
   * @param ends their ends, in any order; sorted here
   */
  Epoch(EpochRange range, KeyTable keys, long[] begins, long[] ends) {
    this.range = range;
    this.keys = keys;
    this.begins = begins;
    this.ends = ends;
    Arrays.sort(begins);
    Arrays.sort(ends);
  }

  /** The versions it answers for. */
  EpochRange range() {
    return range;
  }

  KeyTable keys() {
    return keys;
  }

  /** How many vectors it holds. */
  int vectors() {
    return begins.length;
  }

  /** How many of them were live at a version it covers. */
  int live(long version) {
    return upTo(begins, version) - upTo(ends, version);
  }

  /** The nearest of those live at the searcher's moment, offered to its hits. */
  abstract Reach search(EpochSearcher searcher, int k);

  /** How far a search went. */
  enum Reach {
    /** Every vector that counts was compared. */
    ALL,
    /** A graph led to the nearest. */
    GRAPH
  }

  /** Bytes taken, off the heap and on it, as far as they are counted. */
  abstract long bytes();

  /** Bytes of the tables of an epoch with so many vectors and keys, about. */
  static long tableBytes(int vectors, int keys) {
    return 16L * vectors + 40L * keys;
  }

  /** A bit for each key: whether its record was live and its metadata matched at a moment. */
  long[] matching(Filter filter, ReadPoint at, Store store, String namespace) {
    Question question = new Question(filter, at);
    synchronized (matches) {
      long[] known = matches.get(question);
      if (known != null) {
        return known;
      }
    }
    long[] bits = new long[(keys.size() + 63) >>> 6];
    store.scanMetadata(
        at,
        namespace,
        (key, metadata) -> {
          if (filter.matches(metadata)) {
            int id = keys.find(key.getBytes(StandardCharsets.UTF_8));
            if (id != KeyTable.NONE) {
              bits[id >>> 6] |= 1L << id;
            }
          }
          return true;
        });
    synchronized (matches) {
      matches.put(question, bits);
      if (matches.size() > MATCHES_MAX) {
        Map.Entry<Question, long[]> _ = matches.pollFirstEntry();
      }
    }
    return bits;
  }

  static boolean isSet(long @Nullable [] bits, int bit) {
    return bits == null || (bits[bit >>> 6] & 1L << bit) != 0;
  }

  /** How many of a sorted array are at most {@code version}. */
  private static int upTo(long[] sorted, long version) {
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sorted[middle] <= version) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
