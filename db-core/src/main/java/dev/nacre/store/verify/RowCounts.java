package dev.nacre.store.verify;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Sums over rows, by which two column families are compared in little memory: equal sums of a
 * 64-bit hash of each (key, version) say that both have the same ones. For one thread.
 */
final class RowCounts {
  private final Map<Integer, Sum> records = new HashMap<>();
  private final Map<Integer, Sum> changes = new HashMap<>();
  private final Map<Long, long[]> vectors = new HashMap<>();

  /** How many, and the sum of their hashes. */
  static final class Sum {
    private long count;
    private long hash;

    private void add(long more) {
      count++;
      hash += more;
    }

    long count() {
      return count;
    }

    boolean isSameAs(Sum other) {
      return count == other.count && hash == other.hash;
    }
  }

  /** A version of a record that is stored. */
  void record(int namespaceId, byte[] key, long version) {
    records.computeIfAbsent(namespaceId, _ -> new Sum()).add(hash(key, version));
  }

  /** A version of a record that the log names. */
  void change(int namespaceId, byte[] key, long version) {
    changes.computeIfAbsent(namespaceId, _ -> new Sum()).add(hash(key, version));
  }

  /** A live vector that a record names and that is stored. */
  void vector(int namespaceId, int spaceId) {
    vectors.computeIfAbsent(space(namespaceId, spaceId), _ -> new long[1])[0]++;
  }

  Sum records(int namespaceId) {
    return records.getOrDefault(namespaceId, new Sum());
  }

  Sum changes(int namespaceId) {
    return changes.getOrDefault(namespaceId, new Sum());
  }

  /** Namespaces that either has rows of. */
  int[] namespaces() {
    int[] both = new int[records.size() + changes.size()];
    int at = 0;
    for (int id : records.keySet()) {
      both[at++] = id;
    }
    for (int id : changes.keySet()) {
      both[at++] = id;
    }
    return Arrays.stream(both).sorted().distinct().toArray();
  }

  long vectors(int namespaceId, int spaceId) {
    return vectors.getOrDefault(space(namespaceId, spaceId), new long[1])[0];
  }

  private static long space(int namespaceId, int spaceId) {
    return ((long) namespaceId << 32) | (spaceId & 0xFFFFFFFFL);
  }

  /** FNV-1a over the key and the version, then mixed, so that sums are worth comparing. */
  private static long hash(byte[] key, long version) {
    long hash = 0xcbf29ce484222325L ^ version * 0x9E3779B97F4A7C15L;
    for (byte b : key) {
      hash = (hash ^ (b & 0xFF)) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return hash ^ (hash >>> 33);
  }
}
