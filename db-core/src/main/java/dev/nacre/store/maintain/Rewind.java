package dev.nacre.store.maintain;

import dev.nacre.error.FormatException;
import dev.nacre.error.HistoryDroppedException;
import dev.nacre.error.UnavailableException;
import dev.nacre.store.layout.FloorRow;
import dev.nacre.store.layout.HistoryRow;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.LogRow;
import dev.nacre.store.layout.PurgeRow;
import dev.nacre.store.layout.RecordRow;
import dev.nacre.store.layout.RegistryRows.NamespaceRow;
import dev.nacre.store.layout.RegistryRows.SpaceRow;
import dev.nacre.store.layout.VectorRow;
import dev.nacre.store.purge.PurgeErasure;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.GroupBatch;
import dev.nacre.store.rocks.RocksCursor;
import dev.nacre.store.rocks.RocksEngine;
import dev.nacre.store.rocks.StorageFailure;
import java.util.Arrays;
import java.util.Map;

/**
 * Takes a store back to a version as if nothing had been committed since: rows of later commits go,
 * what they superseded returns from history to where it was, and everything up to the version stays
 * as it is, history and commit times included.
 *
 * <p>Only for a directory that nobody can open yet: a kill half-way leaves neither state.
 * Idempotency keys are all forgotten, since their answers may lie in what is taken back. Rows in
 * deleted ranges are looked at, too: their namespace may be taken back, and its id given again to
 * one that must not find them. For one use and one thread.
 */
final class Rewind {
  private static final int BATCH_BYTES = 8 << 20;
  private static final long LIVE = Long.MAX_VALUE;

  private final RocksEngine engine;
  private final long version;
  private final GroupBatch batch = new GroupBatch();

  private Rewind(RocksEngine engine, long version) {
    this.engine = engine;
    this.version = version;
  }

  /**
   * Takes the store back.
   *
   * @throws HistoryDroppedException when retention has dropped what was there at that version;
   *     nothing is changed then
   */
  static void to(RocksEngine engine, long version) {
    Rewind rewind = new Rewind(engine, version);
    rewind.checkFloors();
    rewind.purges();
    rewind.registry();
    rewind.dropNewer(ColumnFamily.COMMIT, (key, value) -> Keys.versionOfCommit(key));
    rewind.log();
    rewind.dropNewer(ColumnFamily.HEAD, (key, value) -> RecordRow.versionIn(value));
    rewind.dropNewer(ColumnFamily.VECTOR, (key, value) -> VectorRow.version(value));
    rewind.history();
    rewind.vectorHistory();
    // Before the queue is made anew of the heads: cursors do not see what is still in the batch.
    rewind.write();
    rewind.expiries();
    rewind.write();
    // Also of what was only taken back: whoever reads file by file would find it.
    rewind.rewriteFiles();
  }

  /**
   * What has been purged stays so, whatever the moment: rows that are still there go first, while
   * versions tell which they are.
   */
  private void purges() {
    try (RocksCursor cursor = engine.cursor(ColumnFamily.META, RocksEngine.CursorUse.SHORT)) {
      for (cursor.seek(Keys.purges());
          cursor.valid() && Keys.startsWith(cursor.key(), Keys.purges());
          cursor.next()) {
        PurgeRow row = PurgeRow.parse(cursor.value());
        if (row.state() == PurgeRow.State.ERASING) {
          PurgeRow erased = PurgeErasure.run(engine, row, slice -> write(slice.get())).purge();
          row = erased.with(PurgeRow.State.REWRITING, erased.erased(), 0, 0);
        }
        if (row.version() > version) {
          row = row.withoutVersion();
        }
        put(ColumnFamily.META, row.key(), row.encode());
      }
    }
    write();
  }

  /** What a purge that is taken back has erased is still gone, by a commit that is no more. */
  private void log() {
    // Also in deleted ranges: the id of a namespace that is taken back is given again.
    try (RocksCursor cursor = engine.cursor(ColumnFamily.LOG, RocksEngine.CursorUse.SCAN)) {
      for (cursor.seek(new byte[0]); cursor.valid(); cursor.next()) {
        byte[] key = cursor.key();
        if (Keys.versionOfLog(key) > version) {
          delete(ColumnFamily.LOG, key);
          continue;
        }
        LogRow.Purged purged = LogRow.parse(cursor.value()).purged();
        if (purged != null && purged.version() > version) {
          put(ColumnFamily.LOG, key, LogRow.purged(0, purged.timeMicros()).encode());
        }
      }
    }
  }

  private interface RowVersion {
    long of(byte[] key, byte[] value);
  }

  private void dropNewer(ColumnFamily family, RowVersion rowVersion) {
    try (RocksCursor cursor = engine.cursor(family, RocksEngine.CursorUse.SCAN)) {
      for (cursor.seek(new byte[0]); cursor.valid(); cursor.next()) {
        byte[] key = cursor.key();
        if (rowVersion.of(key, cursor.value()) > version) {
          delete(family, key);
        }
      }
    }
  }

  private void history() {
    try (RocksCursor cursor = engine.cursor(ColumnFamily.HISTORY, RocksEngine.CursorUse.SCAN)) {
      for (cursor.seek(new byte[0]); cursor.valid(); cursor.next()) {
        byte[] key = cursor.key();
        long from = Keys.versionOf(key);
        HistoryRow row = HistoryRow.parse(cursor.value());
        if (from > version) {
          delete(ColumnFamily.HISTORY, key);
        } else if (row.to() > version) {
          delete(ColumnFamily.HISTORY, key);
          put(
              ColumnFamily.HEAD,
              Keys.head(Keys.intAt(key, 0), Keys.unescaped(key, 4)),
              row.row().toByteArray());
        }
      }
    }
  }

  private void vectorHistory() {
    try (RocksCursor cursor =
        engine.cursor(ColumnFamily.VECTOR_HISTORY, RocksEngine.CursorUse.SCAN)) {
      for (cursor.seek(new byte[0]); cursor.valid(); cursor.next()) {
        byte[] key = cursor.key();
        long from = Keys.versionOf(key);
        byte[] row = cursor.value();
        if (from > version) {
          delete(ColumnFamily.VECTOR_HISTORY, key);
        } else if (VectorRow.version(row) > version) {
          delete(ColumnFamily.VECTOR_HISTORY, key);
          VectorRow.setVersion(row, from);
          put(ColumnFamily.VECTOR, Arrays.copyOf(key, key.length - 8), row);
        }
      }
    }
  }

  private void expiries() {
    try (RocksCursor cursor = engine.cursor(ColumnFamily.EXPIRY, RocksEngine.CursorUse.BULK)) {
      for (cursor.seek(new byte[0]); cursor.valid(); cursor.next()) {
        delete(ColumnFamily.EXPIRY, cursor.key());
      }
    }
    // In two writes at least, so that a delete never follows the put of the same row.
    write();
    try (RocksCursor cursor = engine.cursor(ColumnFamily.HEAD, RocksEngine.CursorUse.BULK)) {
      for (cursor.seek(new byte[0]); cursor.valid(); cursor.next()) {
        RecordRow row = RecordRow.parse(cursor.value());
        if (row.expiresAtMicros() != RecordRow.NEVER) {
          byte[] head = cursor.key();
          put(
              ColumnFamily.EXPIRY,
              Keys.expiry(row.expiresAtMicros(), Keys.intAt(head, 0), Keys.keyOfHead(head)),
              Keys.commit(row.version()));
        }
      }
    }
  }

  /** Namespaces are never given the id of one that is gone: their rows are gone, too. */
  private void registry() {
    try (RocksCursor cursor = engine.cursor(ColumnFamily.META, RocksEngine.CursorUse.BULK)) {
      for (cursor.seek(new byte[0]); cursor.valid(); cursor.next()) {
        byte[] key = cursor.key();
        switch (key[0]) {
          // Backups that were made are there, and what was purged is not, whatever the moment.
          case 'l', 'b', 'e' -> {}
          case 'i', 'j' -> delete(ColumnFamily.META, key);
          case 'f' -> floor(key, FloorRow.parse(cursor.value()));
          case 'n' -> namespace(key, NamespaceRow.parse(cursor.value()));
          case 'o' -> {
            if (Keys.longAt(key, 5) > version) {
              delete(ColumnFamily.META, key);
            }
          }
          case 's' -> {
            if (SpaceRow.parse(cursor.value()).createdVersion() > version) {
              delete(ColumnFamily.META, key);
            }
          }
          default ->
              throw new FormatException(
                  "the registry has a row of kind "
                      + key[0]
                      + ", which this release cannot take back to a version; restore the backup"
                      + " whole",
                  Map.of("kind", Integer.toString(key[0])));
        }
      }
    }
  }

  private void checkFloors() {
    try (RocksCursor cursor = engine.cursor(ColumnFamily.META, RocksEngine.CursorUse.BULK)) {
      for (cursor.seek(Keys.floor(0));
          cursor.valid() && Keys.isFloor(cursor.key());
          cursor.next()) {
        long floor = FloorRow.parse(cursor.value()).history();
        byte[] row = engine.get(ColumnFamily.META, Keys.namespace(Keys.intAt(cursor.key(), 1)));
        if (row == null || floor <= version) {
          continue;
        }
        NamespaceRow namespace = NamespaceRow.parse(row);
        if (namespace.createdVersion() <= version) {
          throw new HistoryDroppedException(
              "the store cannot be taken back to version "
                  + version
                  + ": retention has dropped history of namespace \""
                  + namespace.name()
                  + "\"; the oldest version left is "
                  + floor
                  + ". Name a later moment, or restore an older backup",
              Map.of(
                  "namespace",
                  namespace.name(),
                  "version",
                  Long.toString(version),
                  "oldest",
                  Long.toString(floor)));
        }
      }
    }
  }

  /** Versions are given again: what was looked at of them must be looked at again. */
  private void floor(byte[] key, FloorRow row) {
    byte[] namespace = engine.get(ColumnFamily.META, Keys.namespace(Keys.intAt(key, 1)));
    if (namespace == null || NamespaceRow.parse(namespace).createdVersion() > version) {
      delete(ColumnFamily.META, key);
    } else if (row.trimmed() > version) {
      put(
          ColumnFamily.META,
          key,
          new FloorRow(row.log(), row.history(), row.versions(), version).encode());
    }
  }

  private void namespace(byte[] key, NamespaceRow row) {
    if (row.createdVersion() > version) {
      delete(ColumnFamily.META, key);
    } else if (row.deletedVersion() != LIVE && row.deletedVersion() > version) {
      put(
          ColumnFamily.META,
          key,
          new NamespaceRow(row.name(), row.createdVersion(), LIVE).encode());
    }
  }

  private void put(ColumnFamily family, byte[] key, byte[] value) {
    batch.put(family, key, value);
    writeWhenLarge();
  }

  private void delete(ColumnFamily family, byte[] key) {
    batch.delete(family, key);
    writeWhenLarge();
  }

  private void writeWhenLarge() {
    if (batch.length() >= BATCH_BYTES) {
      write();
    }
  }

  /** Nothing that is gone may be left in a file; whoever opens the store does not look again. */
  private void rewriteFiles() {
    try {
      engine.flush();
      for (ColumnFamily family : ColumnFamily.values()) {
        engine.rewrite(family, null, null);
      }
    } catch (StorageFailure e) {
      throw failed(e);
    }
  }

  private void write() {
    write(batch);
    batch.clear(BATCH_BYTES);
  }

  private void write(GroupBatch rows) {
    try {
      engine.write(rows, false);
    } catch (StorageFailure e) {
      throw failed(e);
    }
  }

  private UnavailableException failed(StorageFailure e) {
    return new UnavailableException(
        "going back to version " + version + " failed: " + e.getMessage(), Map.of(), e);
  }
}
