package dev.nacre.store.purge;

import dev.nacre.maintain.ErasedRows;
import dev.nacre.store.layout.CommitRow;
import dev.nacre.store.layout.IdempotencyRow;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.LogRow;
import dev.nacre.store.layout.PurgeRow;
import dev.nacre.store.layout.RecordRow;
import dev.nacre.store.layout.VectorRow;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.GroupBatch;
import dev.nacre.store.rocks.RocksEngine;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Some rows to be erased by one write. Collected by the thread that purges; made a batch by the one
 * that writes, which looks again at rows that commits may have replaced since they were found.
 */
final class PurgeSlice {
  private static final int BYTES_MAX = 1 << 20;
  private static final int ROWS_MAX = 2_048;

  private final RocksEngine engine;
  private final PurgeRow purge;
  private final List<Step> steps = new ArrayList<>();
  private int bytes;
  private final Map<Kind, Long> counts = new EnumMap<>(Kind.class);

  /** What is erased. */
  enum Kind {
    RECORD(ColumnFamily.HEAD),
    VERSION(ColumnFamily.HISTORY),
    VECTOR(ColumnFamily.VECTOR),
    PAST_VECTOR(ColumnFamily.VECTOR_HISTORY),
    CHANGE(ColumnFamily.LOG),
    EXPIRY(ColumnFamily.EXPIRY);

    private final ColumnFamily family;

    Kind(ColumnFamily family) {
      this.family = family;
    }

    ColumnFamily family() {
      return family;
    }

    /** Whether a commit may put another row in its place. */
    boolean isReplaceable() {
      return switch (this) {
        case RECORD, VECTOR, EXPIRY -> true;
        case VERSION, PAST_VECTOR, CHANGE -> false;
      };
    }

    /** The version of a row. */
    long version(byte[] key, byte[] row) {
      return switch (this) {
        case RECORD -> RecordRow.versionIn(row);
        case VECTOR -> VectorRow.version(row);
        case EXPIRY -> Keys.versionOfCommit(row);
        case VERSION, PAST_VECTOR -> Keys.versionOf(key);
        case CHANGE -> Keys.versionOfLog(key);
      };
    }
  }

  @FunctionalInterface
  private interface Step {
    void addTo(GroupBatch batch);
  }

  PurgeSlice(RocksEngine engine, PurgeRow purge) {
    this.engine = engine;
    this.purge = purge;
  }

  boolean isEmpty() {
    return steps.isEmpty();
  }

  boolean isFull() {
    return bytes >= BYTES_MAX || steps.size() >= ROWS_MAX;
  }

  /** Erases a row. */
  void delete(Kind kind, byte[] key, int valueBytes) {
    if (!kind.isReplaceable()) {
      add(key.length, batch -> erase(batch, kind, key));
      return;
    }
    // Looking again reads it.
    add(
        key.length + valueBytes,
        batch -> {
          byte[] row = engine.get(kind.family, key);
          if (row != null && kind.version(key, row) <= purge.version()) {
            erase(batch, kind, key);
          }
        });
  }

  private void erase(GroupBatch batch, Kind kind, byte[] key) {
    batch.delete(kind.family, key);
    count(kind);
  }

  private void count(Kind kind) {
    counts.merge(kind, 1L, Long::sum);
  }

  private long counted(Kind kind) {
    return counts.getOrDefault(kind, 0L);
  }

  /** Leaves of a change that it was purged. */
  void purgeChange(byte[] key) {
    byte[] row = LogRow.purged(purge.version(), purge.timeMicros()).encode();
    add(
        key.length + row.length,
        batch -> {
          batch.put(ColumnFamily.LOG, key, row);
          count(Kind.CHANGE);
        });
  }

  /** Forgets the digest of what a commit has written. */
  void forgetDigest(byte[] idempotencyKey, long version) {
    add(
        idempotencyKey.length + 64,
        batch -> {
          byte[] row = engine.get(ColumnFamily.META, idempotencyKey);
          if (row != null) {
            IdempotencyRow known = IdempotencyRow.parse(row);
            if (known.version() == version) {
              batch.put(ColumnFamily.META, idempotencyKey, known.withoutDigest().encode());
            }
          }
        });
  }

  /**
   * Replaces a commit's row. The delete before it tells whoever reads the log, where rows of
   * commits stand in the order of their versions, that this one is not new.
   */
  void replace(byte[] commitKey, CommitRow row) {
    byte[] encoded = row.encode();
    add(
        encoded.length + commitKey.length,
        batch -> {
          batch.delete(ColumnFamily.COMMIT, commitKey);
          batch.put(ColumnFamily.COMMIT, commitKey, encoded);
        });
  }

  private void add(int size, Step step) {
    bytes += size + 32;
    steps.add(step);
  }

  /** The batch, with the purge's own row in it. For the thread that writes, once. */
  GroupBatch toBatch() {
    GroupBatch batch = new GroupBatch();
    for (Step step : steps) {
      step.addTo(batch);
    }
    PurgeRow row = done();
    batch.put(ColumnFamily.META, row.key(), row.encode());
    return batch;
  }

  /** The purge with what this slice has erased; after it was written. */
  PurgeRow done() {
    ErasedRows erased =
        new ErasedRows(
            counted(Kind.RECORD),
            counted(Kind.VERSION),
            counted(Kind.VECTOR),
            counted(Kind.PAST_VECTOR),
            counted(Kind.CHANGE),
            counted(Kind.EXPIRY));
    return purge.with(purge.state(), purge.erased().plus(erased), purge.filesRewritten(), 0);
  }
}
