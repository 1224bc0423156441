package dev.nacre.store.salvage;

import dev.nacre.error.UnavailableException;
import dev.nacre.store.layout.CommitRow;
import dev.nacre.store.layout.HistoryRow;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.LogRow;
import dev.nacre.store.layout.RecordRow;
import dev.nacre.store.layout.SalvageKeys;
import dev.nacre.store.layout.VectorRow;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.GroupBatch;
import dev.nacre.store.rocks.RocksCursor;
import dev.nacre.store.rocks.RocksEngine;
import dev.nacre.store.rocks.StorageFailure;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sorts rows by version, in a directory of its own that goes when this is done. Each row of a store
 * says by itself in which version it was written, so that the same one in several files is one row
 * here. For one thread.
 */
final class SalvagedRows implements AutoCloseable {
  private static final long CACHE_BYTES = 32 << 20;
  private static final long BUFFER_BYTES = 64 << 20;
  private static final int BATCH_BYTES = 4 << 20;
  private static final byte[] NOTHING = new byte[0];

  private final RocksEngine engine;
  private final GroupBatch batch = new GroupBatch();
  private final SalvagedRegistry registry;
  private long durableUpTo;
  private long lastVersion;
  private boolean someLost;

  SalvagedRows(Path directory, SalvagedRegistry registry) {
    this.engine =
        RocksEngine.open(new RocksEngine.Options(directory, false, CACHE_BYTES, BUFFER_BYTES));
    this.registry = registry;
  }

  /** Takes a row of a store. */
  void take(ColumnFamily family, byte[] key, byte[] value) {
    switch (family) {
      case HEAD -> {
        long version = RecordRow.parse(value).version();
        put(version, SalvageKeys.record(version, Keys.intAt(key, 0), Keys.keyOfHead(key)), value);
      }
      case HISTORY -> history(key, HistoryRow.parse(value));
      case VECTOR -> {
        long from = VectorRow.version(value);
        put(from, SalvageKeys.vector(key, from), value);
      }
      case VECTOR_HISTORY -> put(Keys.versionOf(key), SalvageKeys.pastVector(key), value);
      case LOG -> {
        boolean purged = LogRow.parse(value).purged() != null;
        put(Keys.versionOfLog(key), SalvageKeys.change(key, purged), value);
      }
      case COMMIT -> {
        long version = Keys.versionOfCommit(key);
        durableUpTo = Math.max(durableUpTo, CommitRow.parse(value).durableUpTo());
        put(version, SalvageKeys.commit(version), value);
      }
      case META -> registry.take(key, value);
      // Derived of records.
      case EXPIRY, DEFAULT -> {}
    }
  }

  private void history(byte[] key, HistoryRow row) {
    long from = Keys.versionOf(key);
    byte[] record = Keys.unescaped(key, 4);
    int namespace = Keys.intAt(key, 0);
    put(
        from,
        row.row().isTombstone()
            ? SalvageKeys.tombstone(from, namespace, record)
            : SalvageKeys.record(from, namespace, record),
        row.row().toByteArray());
    if (row.to() != from) {
      put(row.to(), SalvageKeys.end(row.to(), namespace, record), NOTHING);
    }
  }

  private void put(long version, byte[] key, byte[] value) {
    lastVersion = Math.max(lastVersion, version);
    batch.put(ColumnFamily.DEFAULT, key, value);
    if (batch.length() >= BATCH_BYTES) {
      flush();
    }
  }

  /** Up to which version some commit says that everything was durable. */
  long durableUpTo() {
    return durableUpTo;
  }

  /** The newest version that some row names. */
  long lastVersion() {
    return Math.max(lastVersion, registry.lastVersion());
  }

  /** Rows taken until now can be read. */
  void flush() {
    if (batch.isEmpty()) {
      return;
    }
    try {
      engine.write(batch, false);
    } catch (StorageFailure e) {
      throw new UnavailableException("sorting what was salvaged failed: " + e, Map.of(), e);
    }
    batch.clear(BATCH_BYTES);
  }

  /** Takes rows sorted by version; within one, commit, changes, records, ends. */
  interface Sink {
    /** Takes one; {@link SalvageKeys} reads its key. */
    void row(byte[] key, byte[] value);
  }

  /** Hands over everything in the order of versions. */
  void forEach(Sink sink) {
    forEach(SalvageKeys.sorted(), sink);
  }

  private void forEach(byte[] prefix, Sink sink) {
    try (RocksCursor cursor = engine.cursor(ColumnFamily.DEFAULT, RocksEngine.CursorUse.BULK)) {
      for (cursor.seek(prefix);
          cursor.valid() && Keys.startsWith(cursor.key(), prefix);
          cursor.next()) {
        sink.row(cursor.key(), cursor.value());
      }
    }
  }

  /** The vector of a record that was written in a version, or null. */
  float @Nullable [] vector(int namespace, int space, byte[] key, long version) {
    byte[] row =
        engine.get(
            ColumnFamily.DEFAULT, SalvageKeys.vector(Keys.vector(namespace, space, key), version));
    return row == null ? null : VectorRow.vector(row);
  }

  /** Remembers that a record is lost from a version on. */
  void lost(int namespace, byte[] key, long version) {
    someLost = true;
    batch.put(ColumnFamily.DEFAULT, SalvageKeys.lost(namespace, key), Keys.commit(version));
    flush();
  }

  /** It is there again in a later version, or was deleted. */
  void found(int namespace, byte[] key) {
    if (!someLost) {
      return;
    }
    batch.delete(ColumnFamily.DEFAULT, SalvageKeys.lost(namespace, key));
    flush();
  }

  /** Takes what is lost. */
  interface LostSink {
    /** Takes a record. */
    void lost(int namespace, byte[] key, long version);
  }

  /** Hands over the records that are still lost. */
  void forEachLost(LostSink sink) {
    forEach(
        SalvageKeys.lost(),
        (key, value) ->
            sink.lost(Keys.intAt(key, 1), SalvageKeys.keyOfLost(key), Keys.versionOfCommit(value)));
  }

  @Override
  public void close() {
    engine.close();
  }
}
