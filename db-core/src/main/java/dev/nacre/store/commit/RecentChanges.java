package dev.nacre.store.commit;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;

/**
 * Which keys changed lately, so that a head that a caller read before its commit was judged can be
 * trusted or not.
 *
 * <p>Holds the newest version of every key changed after {@link #floor}; bounded, so that the floor
 * rises. For the committer thread.
 */
final class RecentChanges {
  private static final int ENTRIES_MAX = 1 << 16;

  private final Map<ByteKey, Long> versions = new HashMap<>();
  private final Queue<Entry> oldestFirst = new ArrayDeque<>();
  private long floor;

  RecentChanges(long floor) {
    this.floor = floor;
  }

  private record Entry(ByteKey key, long version) {}

  void add(ByteKey key, long version) {
    versions.put(key, version);
    oldestFirst.add(new Entry(key, version));
    while (oldestFirst.size() > ENTRIES_MAX) {
      Entry oldest = oldestFirst.remove();
      floor = Math.max(floor, oldest.version);
      versions.remove(oldest.key, oldest.version);
    }
  }

  /** Whether {@code key} is known not to have changed after {@code version}. */
  boolean unchangedSince(ByteKey key, long version) {
    if (version < floor) {
      return false;
    }
    Long changed = versions.get(key);
    return changed == null || changed <= version;
  }
}
