package dev.nacre.store.salvage;

import dev.nacre.store.layout.CommitRow;
import dev.nacre.store.layout.LogRow;
import dev.nacre.store.layout.RecordRow;
import dev.nacre.store.layout.SalvageKeys;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What is left of one version. For one thread. */
final class VersionRows {
  private final long version;
  private final Map<RecordId, RecordRow> records = new LinkedHashMap<>();
  private final Map<RecordId, LogRow> changes = new LinkedHashMap<>();
  private final Map<RecordId, RecordRow> tombstones = new LinkedHashMap<>();
  private final Set<RecordId> ends = new HashSet<>();
  private final Set<RecordId> purged = new HashSet<>();
  private final Map<Integer, Integer> changesOf = new HashMap<>();
  private final TreeMap<Integer, Boolean> ordinals = new TreeMap<>();
  private final TreeMap<Integer, LogRow> byOrdinal = new TreeMap<>();
  private final Map<Integer, Integer> namespaceOfOrdinal = new HashMap<>();
  private @Nullable CommitRow commit;

  VersionRows(long version) {
    this.version = version;
  }

  /** A record, by the id of its namespace. */
  record RecordId(int namespace, ByteBuffer bytes) {
    byte[] key() {
      byte[] key = new byte[bytes.remaining()];
      bytes.duplicate().get(key);
      return key;
    }
  }

  static RecordId id(int namespace, byte[] key) {
    return new RecordId(namespace, ByteBuffer.wrap(key));
  }

  long version() {
    return version;
  }

  void take(byte[] key, byte[] value) {
    switch (SalvageKeys.kind(key)) {
      case COMMIT -> commit = CommitRow.parse(value);
      case CHANGE -> change(key, value);
      case RECORD ->
          records.put(id(SalvageKeys.namespace(key), SalvageKeys.key(key)), RecordRow.parse(value));
      case TOMBSTONE ->
          tombstones.put(
              id(SalvageKeys.namespace(key), SalvageKeys.key(key)), RecordRow.parse(value));
      case END -> {
        var _ = ends.add(id(SalvageKeys.namespace(key), SalvageKeys.key(key)));
      }
    }
  }

  private void change(byte[] key, byte[] value) {
    int ordinal = SalvageKeys.ordinal(key);
    int namespace = SalvageKeys.namespace(key);
    if (SalvageKeys.isPurged(key)) {
      // The change itself may still be in a file that the purge has replaced.
      LogRow change = byOrdinal.get(ordinal);
      if (change != null) {
        purged.add(id(namespace, change.key()));
      }
      ordinals.put(ordinal, true);
    } else {
      byOrdinal.put(ordinal, LogRow.parse(value));
      namespaceOfOrdinal.put(ordinal, namespace);
      ordinals.putIfAbsent(ordinal, false);
    }
    changesOf.merge(namespace, 1, Integer::sum);
  }

  /** Everything was taken. */
  void end() {
    byOrdinal.forEach(
        (ordinal, change) -> {
          if (!ordinals.getOrDefault(ordinal, false)) {
            changes.put(id(namespaceOfOrdinal.getOrDefault(ordinal, 0), change.key()), change);
          }
        });
    tombstones.forEach(
        (id, row) -> {
          // Deleted and written again in one commit, or the other way round: the log says which.
          LogRow last = changes.get(id);
          if (!records.containsKey(id) || (last != null && last.delete())) {
            records.put(id, row);
          }
        });
    // A change later in the commit to a record whose first one was purged cannot be: both were.
    purged.removeAll(changes.keySet());
    records.keySet().removeAll(purged);
    ends.removeAll(purged);
  }

  @Nullable CommitRow commit() {
    return commit;
  }

  Map<RecordId, RecordRow> records() {
    return records;
  }

  /** What the log names. */
  Map<RecordId, LogRow> changes() {
    return changes;
  }

  /** What ended in this version because something else came. */
  Set<RecordId> ends() {
    return ends;
  }

  /** Whether there is a change of a namespace, be it a purged one. */
  boolean hasChanges(int namespace) {
    return changesOf.containsKey(namespace);
  }

  /** Whether a change is missing before one that is there. */
  boolean hasGap() {
    return !ordinals.isEmpty() && ordinals.lastKey() + 1 != ordinals.size();
  }

  boolean isEmpty() {
    return commit == null && records.isEmpty() && ordinals.isEmpty() && ends.isEmpty();
  }
}
