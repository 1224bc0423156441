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

/**
 * Drops everything of a namespace up to a version: each row of the log says of which record a
 * version ended there. The row of the log goes in the same batch as what it speaks of, so the log
 * is the list of what is left to do, also after a crash. For one thread.
 */
final class LogTrim {
  /** Cursors hold the files that they read: now and then they are opened again. */
  private static final int ROWS_PER_CURSOR = 50_000;

  private final RocksEngine engine;
  private final DropBatch drops;

  LogTrim(RocksEngine engine, DropBatch drops) {
    this.engine = engine;
    this.drops = drops;
  }

  /**
   * Drops what ended in [from, upTo].
   *
   * @return the version of the first row of the log behind {@code upTo}; 0 when there is none
   */
  long run(NamespaceEntry namespace, long from, long upTo) {
    byte[] position = Keys.log(namespace.id(), from, 0);
    while (true) {
      byte[] next = some(namespace, position, upTo);
      if (next.length == 0) {
        return 0;
      }
      if (Keys.versionOfLog(next) > upTo) {
        return Keys.versionOfLog(next);
      }
      position = next;
    }
  }

  /** The key of the first row that was not dropped; empty at the end. */
  private byte[] some(NamespaceEntry namespace, byte[] position, long upTo) {
    byte[] ofNamespace = Keys.namespacePrefix(namespace.id());
    try (RocksCursor log =
        engine.cursor(
            ColumnFamily.LOG, RocksEngine.CursorUse.SWEEP, Keys.namespaceEnd(namespace.id()))) {
      log.seek(position);
      if (isDue(log, ofNamespace, upTo)) {
        raise(namespace, upTo);
        drop(namespace, log, upTo);
        drops.write();
      }
      return log.valid() && Keys.startsWith(log.key(), ofNamespace) ? log.key() : new byte[0];
    }
  }

  private void drop(NamespaceEntry namespace, RocksCursor log, long upTo) {
    byte[] ofNamespace = Keys.namespacePrefix(namespace.id());
    for (int rows = 0; rows < ROWS_PER_CURSOR && isDue(log, ofNamespace, upTo); rows++) {
      byte[] key = log.key();
      drop(namespace, LogRow.parse(log.value()), Keys.versionOfLog(key));
      drops.delete(ColumnFamily.LOG, key);
      drops.mayWrite();
      log.next();
    }
  }

  private static boolean isDue(RocksCursor log, byte[] ofNamespace, long upTo) {
    return log.valid()
        && Keys.startsWith(log.key(), ofNamespace)
        && Keys.versionOfLog(log.key()) <= upTo;
  }

  private void raise(NamespaceEntry namespace, long upTo) {
    FloorRow floors = namespace.floors();
    drops.raise(
        namespace,
        new FloorRow(
            Math.max(floors.log(), upTo + 1),
            Math.max(floors.history(), upTo),
            floors.versions(),
            floors.trimmed()));
  }

  private void drop(NamespaceEntry namespace, LogRow row, long version) {
    byte[] prefix = Keys.historyPrefix(namespace.id(), row.key());
    try (RocksCursor history = cursor(ColumnFamily.HISTORY, prefix)) {
      history.seek(Keys.versioned(prefix, version));
      if (history.valid() && Keys.versionOf(history.key()) == version) {
        if (HistoryRow.toIn(history.value()) == version
            && isTombstoneForGood(namespace, row.key(), history.key(), version)) {
          // The tombstone that the version left.
          dropHistory(history);
        }
        history.next();
      }
      if (history.valid() && HistoryRow.toIn(history.value()) == version) {
        dropHistory(history);
      }
    }
    for (int space : row.spaces()) {
      byte[] vector = Keys.vector(namespace.id(), space, row.key());
      try (RocksCursor vectors = cursor(ColumnFamily.VECTOR_HISTORY, vector)) {
        vectors.seek(Keys.versioned(vector, version - 1));
        if (vectors.valid() && VectorRow.version(vectors.value()) == version) {
          drops.delete(ColumnFamily.VECTOR_HISTORY, vectors.key());
        }
      }
    }
  }

  /**
   * Whether no record can take the place of a tombstone. A commit that deletes a record and writes
   * it again, as restores do, leaves a tombstone beside the new record; that record goes where the
   * tombstone is when it ends, which may be before what is dropped here is written. The head is
   * read first: when the record is not there any more it has moved, and is seen.
   */
  private boolean isTombstoneForGood(
      NamespaceEntry namespace, byte[] key, byte[] rowKey, long version) {
    byte[] head = engine.get(ColumnFamily.HEAD, Keys.head(namespace.id(), key));
    if (head != null && RecordRow.versionIn(head) == version) {
      return false;
    }
    byte[] row = engine.get(ColumnFamily.HISTORY, rowKey);
    return row != null && HistoryRow.toIn(row) == version;
  }

  /** One for each key: beside it lies what was dropped of others, which must not be passed over. */
  private RocksCursor cursor(ColumnFamily family, byte[] prefix) {
    return engine.cursor(family, RocksEngine.CursorUse.SWEEP, Keys.versionsEnd(prefix));
  }

  private void dropHistory(RocksCursor history) {
    drops.delete(ColumnFamily.HISTORY, history.key());
  }
}
