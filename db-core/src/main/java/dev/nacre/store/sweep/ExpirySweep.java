package dev.nacre.store.sweep;

import dev.nacre.error.ConflictException;
import dev.nacre.model.Commit;
import dev.nacre.store.StorageProbe;
import dev.nacre.store.commit.ExpiredRecord;
import dev.nacre.store.commit.GroupCommitter;
import dev.nacre.store.commit.NamespaceEntry;
import dev.nacre.store.commit.NamespaceRegistry;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.RecordRow;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.RocksCursor;
import dev.nacre.store.rocks.RocksEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes tombstones of records that have expired, in the order of the queue. To every read they are
 * absent already; now their rows go to history, where retention finds them. For one thread at a
 * time.
 */
final class ExpirySweep {
  private static final int QUEUE_ROWS = 1_024;
  private static final int RECORDS_PER_COMMIT = 256;
  private static final int HEADS_AT_A_TIME = 16;
  private static final int BYTES_PER_COMMIT = 1 << 20;
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /** So often the queue is read from its beginning, for rows that came behind where it was left. */
  private static final int WHOLE_EVERY = 16;

  private final RocksEngine engine;
  private final NamespaceRegistry registry;
  private final GroupCommitter committer;
  private long settledMicros;
  private int sweeps;

  /** A row of the queue. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Due(NamespaceEntry namespace, byte[] key, long version) {}

  ExpirySweep(RocksEngine engine, NamespaceRegistry registry, GroupCommitter committer) {
    this.engine = engine;
    this.registry = registry;
    this.committer = committer;
  }

  /**
   * Ends what has expired.
   *
   * @param whole whether to look from the beginning of the queue
   */
  void run(long nowMicros, boolean whole, DropBatch drops, SweepCounts counts) {
    // What is written from now on expires later than this, unless its writer said otherwise.
    long behind = committer.visible().timeMicros();
    long from = whole || sweeps++ % WHOLE_EVERY == 0 ? 0 : settledMicros;
    run(from, nowMicros, drops, counts);
    // Before 1970: as an unsigned number, behind everything else.
    run(Long.MIN_VALUE, -1, drops, counts);
    settledMicros = Math.min(behind, nowMicros);
  }

  private void run(long fromMicros, long upToMicros, DropBatch drops, SweepCounts counts) {
    byte @Nullable [] position = Keys.expiry(fromMicros, 0, new byte[0]);
    while (position != null) {
      List<Due> due = new ArrayList<>();
      position = collect(position, upToMicros, due, drops);
      for (int i = 0; i < due.size(); i += RECORDS_PER_COMMIT) {
        expire(
            due.subList(i, Math.min(due.size(), i + RECORDS_PER_COMMIT)),
            upToMicros,
            drops,
            counts);
      }
    }
    drops.write();
  }

  /** Reads some of the queue; where to go on, or null at the end. */
  private byte @Nullable [] collect(
      byte[] position, long upToMicros, List<Due> due, DropBatch drops) {
    long visible = committer.visible().version();
    try (RocksCursor queue = engine.cursor(ColumnFamily.EXPIRY, RocksEngine.CursorUse.SHORT)) {
      int rows = 0;
      for (queue.seek(position); queue.valid(); queue.next()) {
        byte[] row = queue.key();
        if (Long.compareUnsigned(Keys.longAt(row, 0), upToMicros) > 0) {
          return null;
        }
        if (rows++ == QUEUE_ROWS) {
          return row;
        }
        NamespaceEntry namespace = registry.find(Keys.namespaceOfExpiry(row));
        if (namespace != null && namespace.isLive(visible)) {
          due.add(new Due(namespace, Keys.keyOfExpiry(row), Keys.longAt(queue.value(), 0)));
        } else if (namespace != null && namespace.isDropped()) {
          drops.delete(ColumnFamily.EXPIRY, row);
          drops.mayWrite();
        }
      }
    }
    return null;
  }

  private void expire(List<Due> due, long nowMicros, DropBatch drops, SweepCounts counts) {
    List<ExpiredRecord> records = new ArrayList<>();
    // Before any head is read: one that changes after it is caught by the version.
    long readVersion = committer.visible().version();
    int bytes = 0;
    for (int i = 0; i < due.size(); i += HEADS_AT_A_TIME) {
      drops.checkStop();
      List<Due> some = due.subList(i, Math.min(due.size(), i + HEADS_AT_A_TIME));
      List<byte @Nullable []> heads =
          engine.getAll(
              ColumnFamily.HEAD,
              some.stream().map(one -> Keys.head(one.namespace.id(), one.key)).toList());
      for (int j = 0; j < some.size(); j++) {
        byte[] head = heads.get(j);
        Due one = some.get(j);
        if (head != null
            && RecordRow.versionIn(head) == one.version
            && RecordRow.parse(head).isExpired(nowMicros)) {
          records.add(new ExpiredRecord(one.namespace, one.key, one.version, head));
          bytes += head.length;
        }
      }
      if (bytes >= BYTES_PER_COMMIT) {
        commit(records, readVersion, counts);
        records.clear();
        bytes = 0;
      }
    }
    commit(records, readVersion, counts);
  }

  private void commit(List<ExpiredRecord> records, long readVersion, SweepCounts counts) {
    if (records.isEmpty()) {
      return;
    }
    committer.reached(StorageProbe.Step.EXPIRY_FOUND);
    try {
      Commit _ = DropBatch.await(committer.expire(List.copyOf(records), readVersion, PATIENCE));
      counts.recordsExpired += records.size();
      committer.reached(StorageProbe.Step.EXPIRY_COMMITTED);
    } catch (ConflictException e) {
      // All of them were written or deleted meanwhile.
      return;
    }
  }
}
