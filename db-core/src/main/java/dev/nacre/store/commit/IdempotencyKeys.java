package dev.nacre.store.commit;

import dev.nacre.error.ValidationException;
import dev.nacre.store.commit.PreparedBatch.Idempotency;
import dev.nacre.store.layout.IdempotencyRow;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.GroupBatch;
import dev.nacre.store.rocks.RocksCursor;
import dev.nacre.store.rocks.RocksEngine;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which idempotency keys have been committed: in {@code meta}, written by the same write as the
 * commit, and for the group at hand in memory.
 *
 * <p>A key is known for a while after its commit time, by the commit clock; then a commit with it
 * is a new one. What has had its time is dropped when a group begins, oldest first, a bounded
 * number at once; a group that has nothing to drop pays the comparison of two numbers. For the
 * committer thread.
 */
final class IdempotencyKeys {
  private static final int DROPPED_AT_ONCE = 32;
  private static final long NOTHING_TO_DROP = Long.MAX_VALUE;

  private final RocksEngine engine;
  private final RecentChanges recent;
  private final GroupBatch batch;
  private final long keptMicros;
  private final String lineage;

  /** What this group has committed. */
  private final Map<ByteKey, IdempotencyRow> group = new HashMap<>();

  /**
   * Nothing in the queue has an earlier time than this. Behind it lie tombstones, which a seek from
   * the beginning would have to pass.
   */
  private long oldestMicros;

  private int addedByLastGroup;

  IdempotencyKeys(
      RocksEngine engine, RecentChanges recent, GroupBatch batch, long keptMicros, String lineage) {
    this.engine = engine;
    this.recent = recent;
    this.batch = batch;
    this.keptMicros = keptMicros;
    this.lineage = lineage;
  }

  /**
   * The commit that has carried the key, when it is still known; null when the key is new.
   *
   * @throws ValidationException when another batch has carried it
   */
  @Nullable IdempotencyRow first(Idempotency asked, long readVersion, long timeMicros) {
    @Nullable IdempotencyRow known = known(asked, readVersion);
    if (known == null || hasHadItsTime(known.timeMicros(), timeMicros)) {
      return null;
    }
    if (!known.isOf(asked.digest())) {
      throw new ValidationException(
          "idempotency key \""
              + asked.key()
              + "\" was used by commit "
              + known.version()
              + " for other writes; nothing was written: give every commit a key of its own, and"
              + " retry with the same writes",
          Map.of("idempotencyKey", asked.key(), "version", Long.toString(known.version())));
    }
    return known;
  }

  private @Nullable IdempotencyRow known(Idempotency asked, long readVersion) {
    ByteKey key = new ByteKey(asked.row());
    IdempotencyRow ofGroup = group.get(key);
    if (ofGroup != null) {
      return ofGroup;
    }
    byte @Nullable [] row =
        asked.wasRead() && recent.unchangedSince(key, readVersion)
            ? asked.found()
            : engine.get(ColumnFamily.META, asked.row());
    return row == null ? null : IdempotencyRow.parse(row);
  }

  /** Adds the key of a commit to the group. */
  void add(Idempotency asked, long readVersion, long version, long timeMicros) {
    @Nullable IdempotencyRow before = known(asked, readVersion);
    if (before != null) {
      // It has had its time; its place in the queue goes with it.
      batch.delete(ColumnFamily.META, Keys.idempotencyQueue(before.timeMicros(), before.version()));
    }
    IdempotencyRow row = new IdempotencyRow(version, timeMicros, asked.digest(), lineage);
    batch.put(ColumnFamily.META, asked.row(), row.encode());
    batch.put(ColumnFamily.META, Keys.idempotencyQueue(timeMicros, version), asked.row());
    ByteKey key = new ByteKey(asked.row());
    group.put(key, row);
    recent.add(key, version);
    oldestMicros = Math.min(oldestMicros, timeMicros);
  }

  /**
   * Drops some of what has had its time. To be called before anything else of the group, whose rows
   * must come after these.
   */
  void dropSome(long timeMicros) {
    if (oldestMicros == NOTHING_TO_DROP || !hasHadItsTime(oldestMicros, timeMicros)) {
      return;
    }
    // More than are added, so that the queue cannot grow behind the groups.
    int most = DROPPED_AT_ONCE + 2 * addedByLastGroup;
    int dropped = 0;
    try (RocksCursor cursor = engine.cursor(ColumnFamily.META, RocksEngine.CursorUse.SHORT)) {
      cursor.seek(Keys.idempotencyQueue(oldestMicros, 0));
      while (cursor.valid() && Keys.isIdempotencyQueue(cursor.key())) {
        byte[] queued = cursor.key();
        long queuedMicros = Keys.longAt(queued, 1);
        if (dropped == most || !hasHadItsTime(queuedMicros, timeMicros)) {
          oldestMicros = queuedMicros;
          return;
        }
        batch.delete(ColumnFamily.META, cursor.value());
        batch.delete(ColumnFamily.META, queued);
        dropped++;
        cursor.next();
      }
    }
    oldestMicros = NOTHING_TO_DROP;
  }

  private boolean hasHadItsTime(long committedMicros, long nowMicros) {
    // The difference of two commit times cannot overflow, unlike a sum with the longest time.
    return nowMicros - committedMicros >= keptMicros;
  }

  /** Forgets the group, which is in RocksDB now. */
  void groupWritten() {
    addedByLastGroup = group.size();
    group.clear();
  }

  /** Forgets the group, which is not: what it was to drop is still there. */
  void groupRefused() {
    oldestMicros = 0;
    group.clear();
  }
}
