package dev.nacre.store.sweep;

import dev.nacre.store.commit.NamespaceEntry;
import dev.nacre.store.layout.FloorRow;
import dev.nacre.store.layout.HistoryRow;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.LogRow;
import dev.nacre.store.layout.RecordRow;
import dev.nacre.store.layout.VectorRow;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.RocksCursor;
import dev.nacre.store.rocks.RocksEngine;
import java.util.Arrays;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Keeps the newest versions of each record of a namespace and drops older ones. The log says which
 * records have changed since it was looked at last; it keeps its rows. Of a record the oldest
 * versions go first, each with the vectors that ended with it: a crash in between leaves a shorter
 * history without gaps. For one thread.
 */
final class VersionTrim {
  /** Keys and log rows that are looked at with one set of cursors. */
  private static final int KEYS_MAX = 8_192;

  private static final int ROWS_MAX = 50_000;

  private final RocksEngine engine;
  private final DropBatch drops;

  VersionTrim(RocksEngine engine, DropBatch drops) {
    this.engine = engine;
    this.drops = drops;
  }

  /**
   * Looks at every record that has changed in [from, upTo] and drops what ended at or before {@code
   * upTo} and is not among the newest {@code keep} versions.
   *
   * @return the version of the first row of the log behind {@code upTo}; 0 when there is none
   */
  long run(NamespaceEntry namespace, int keep, long from, long upTo) {
    byte[] ofNamespace = Keys.namespacePrefix(namespace.id());
    byte[] position = Keys.log(namespace.id(), from, 0);
    boolean looked = false;
    while (true) {
      SortedSet<byte[]> keys = new TreeSet<>(Arrays::compareUnsigned);
      long next = 0;
      boolean more = false;
      try (RocksCursor log =
          engine.cursor(
              ColumnFamily.LOG, RocksEngine.CursorUse.SWEEP, Keys.namespaceEnd(namespace.id()))) {
        int rows = 0;
        for (log.seek(position); log.valid(); log.next()) {
          byte[] key = log.key();
          if (!Keys.startsWith(key, ofNamespace)) {
            break;
          }
          if (Keys.versionOfLog(key) > upTo) {
            next = Keys.versionOfLog(key);
            break;
          }
          if (keys.size() >= KEYS_MAX || rows >= ROWS_MAX) {
            position = key;
            more = true;
            break;
          }
          rows++;
          keys.add(LogRow.parse(log.value()).key());
        }
      }
      looked |= !keys.isEmpty();
      for (byte[] key : keys) {
        trim(namespace, key, keep, upTo);
      }
      if (!more) {
        if (looked) {
          settle(namespace, keep, upTo);
        }
        return next;
      }
    }
  }

  /** Writes what is left in the batch, and up to where the log was looked at. */
  private void settle(NamespaceEntry namespace, int keep, long upTo) {
    FloorRow before = namespace.floors();
    boolean written = false;
    drops.raise(namespace, new FloorRow(before.log(), before.history(), keep, upTo));
    try {
      drops.write();
      written = true;
    } finally {
      if (!written) {
        // What was to be dropped is there still: the next sweep must look again.
        namespace.setFloors(before);
      }
    }
  }

  private void trim(NamespaceEntry namespace, byte[] key, int keep, long upTo) {
    drops.checkStop();
    byte[] prefix = Keys.historyPrefix(namespace.id(), key);
    // Opened before the head is read: a version that moves meanwhile is missed, and kept.
    try (RocksCursor history =
        engine.cursor(
            ColumnFamily.HISTORY, RocksEngine.CursorUse.SWEEP, Keys.versionsEnd(prefix))) {
      trim(namespace, key, prefix, keep, upTo, history);
    }
  }

  private void trim(
      NamespaceEntry namespace,
      byte[] key,
      byte[] prefix,
      int keep,
      long upTo,
      RocksCursor history) {
    byte[] head = engine.get(ColumnFamily.HEAD, Keys.head(namespace.id(), key));
    long live = head == null ? 0 : RecordRow.versionIn(head);
    int kept = head == null ? 0 : 1;
    long newestToDrop = 0;
    for (history.seek(Keys.versioned(prefix, Long.MAX_VALUE));
        isOf(history, prefix);
        history.next()) {
      long from = Keys.versionOf(history.key());
      if (from == live) {
        // Deleted and written again by one commit: one version.
        continue;
      }
      if (kept >= keep) {
        long to = end(history);
        if (to <= upTo) {
          newestToDrop = from;
          FloorRow floors = namespace.floors();
          drops.raise(
              namespace,
              new FloorRow(
                  floors.log(),
                  Math.max(floors.history(), to),
                  floors.versions(),
                  floors.trimmed()));
          break;
        }
      }
      kept++;
    }
    if (newestToDrop == 0) {
      return;
    }
    for (history.seekForPrev(Keys.versioned(prefix, 0)); isOf(history, prefix); history.prev()) {
      long from = Keys.versionOf(history.key());
      drop(namespace, key, history.key(), HistoryRow.parse(history.value()));
      drops.mayWrite();
      if (from == newestToDrop) {
        break;
      }
    }
  }

  /**
   * Where a row ends. In place of a tombstone there may be a record by now: that of a commit that
   * had deleted the one before, and has ended since the rows were looked up.
   */
  private long end(RocksCursor history) {
    long to = HistoryRow.toIn(history.value());
    if (to != Keys.versionOf(history.key())) {
      return to;
    }
    byte[] newest = engine.get(ColumnFamily.HISTORY, history.key());
    return newest == null ? to : HistoryRow.toIn(newest);
  }

  private void drop(NamespaceEntry namespace, byte[] key, byte[] rowKey, HistoryRow row) {
    drops.delete(ColumnFamily.HISTORY, rowKey);
    if (row.row().isTombstone()) {
      return;
    }
    for (int space : row.row().spaces()) {
      byte[] vector =
          Keys.versioned(
              Keys.vector(namespace.id(), space, key), row.row().embeddingVersion(space));
      byte[] stored = engine.get(ColumnFamily.VECTOR_HISTORY, vector);
      if (stored != null && VectorRow.version(stored) <= row.to()) {
        drops.delete(ColumnFamily.VECTOR_HISTORY, vector);
      }
    }
  }

  private static boolean isOf(RocksCursor cursor, byte[] prefix) {
    return cursor.valid()
        && cursor.key().length == prefix.length + Long.BYTES
        && Keys.startsWith(cursor.key(), prefix);
  }
}
