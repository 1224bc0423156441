package dev.nacre.store.commit;

import dev.nacre.error.ConflictException;
import dev.nacre.store.commit.PreparedBatch.HeadRead;
import dev.nacre.store.commit.PreparedBatch.Locked;
import dev.nacre.store.commit.PreparedBatch.PreparedWrite;
import dev.nacre.store.commit.PreparedBatch.RecordWrite;
import dev.nacre.store.layout.HistoryRow;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.RecordRow;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.RocksCursor;
import dev.nacre.store.rocks.RocksEngine;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Judges whether records have changed since a read point: the check of a transaction.
 *
 * <p>Exact, in this order: the registry knows namespaces that have ended; the group's overlay knows
 * what this group has changed; the head row carries the version of the last write; of a record that
 * is absent now, recent changes say that nothing has happened to it, and where they no longer know,
 * or say that something may have, the newest row of its history does. (Recent changes alone would
 * not do: commits that were refused leave their mark there, too.) For the committer thread.
 */
final class SnapshotJudge {
  private final RocksEngine engine;
  private final RecentChanges recent;
  private final Lookup lookup;

  SnapshotJudge(RocksEngine engine, RecentChanges recent, Lookup lookup) {
    this.engine = engine;
    this.recent = recent;
    this.lookup = lookup;
  }

  /** Looks a record up as the commit at hand finds it. */
  interface Lookup {
    Stored stored(String namespace, byte[] key, @Nullable HeadRead head, PreparedBatch prepared);
  }

  /**
   * A record as the commit at hand finds it.
   *
   * @param namespaceEnded whether its namespace has ended since the read point
   * @param purged the version of the newest purge in its namespace, or 0
   * @param head its key in {@code head}, or null when it has no namespace
   * @param changedInGroup the version by which the group at hand has changed it, or 0
   * @param row the live row, expired or not; null when there is none
   * @param floor below which version its history may be gone
   */
  record Stored(
      boolean namespaceEnded,
      long purged,
      @Nullable ByteKey head,
      long changedInGroup,
      @Nullable RecordRow row,
      long floor) {}

  /**
   * Judges every record that a batch writes or locks.
   *
   * @throws ConflictException naming the first that has changed
   */
  void judge(PreparedBatch prepared, PreparedBatch.Check check, long nowMicros) {
    for (PreparedWrite write : prepared.writes()) {
      if (write instanceof RecordWrite record) {
        judge(check, record.write().namespace(), record.key(), record.head(), prepared, nowMicros);
      }
    }
    for (Locked locked : check.locked()) {
      judge(check, locked.namespace(), locked.key(), locked.head(), prepared, nowMicros);
    }
  }

  private void judge(
      PreparedBatch.Check check,
      String namespace,
      byte[] key,
      @Nullable HeadRead read,
      PreparedBatch prepared,
      long nowMicros) {
    Stored stored = lookup.stored(namespace, key, read, prepared);
    if (stored.namespaceEnded) {
      throw changed(check, namespace, key, "deleted", "its namespace has been deleted since");
    }
    ByteKey head = stored.head;
    if (head == null) {
      return;
    }
    if (stored.purged > check.version()) {
      // Which keys it was of, nobody remembers when it is done.
      throw changed(
          check,
          namespace,
          key,
          "absent",
          "version " + stored.purged + " has purged records of its namespace");
    }
    RecordRow row = stored.row;
    long newest = Math.max(stored.changedInGroup, row == null ? 0 : row.version());
    if (newest == 0 && !recent.unchangedSince(head, check.version())) {
      newest = newestInHistory(head);
      // Looked up again: floors are raised before rows go.
      if (newest == 0 && check.version() < lookup.stored(namespace, key, read, prepared).floor) {
        throw changed(check, namespace, key, "absent", "what has happened to it since was dropped");
      }
    }
    if (newest > check.version()) {
      throw row == null
          ? changed(check, namespace, key, "absent", "it was deleted by version " + newest)
          : changed(
              check, namespace, key, Long.toString(newest), "it was written by version " + newest);
    }
    if (row != null && row.isExpired(nowMicros) && !row.isExpired(check.timeMicros())) {
      throw changed(check, namespace, key, "absent", "it has expired since");
    }
  }

  /** The version of the last change of a record that is absent now; 0 when there was none. */
  private long newestInHistory(ByteKey head) {
    byte[] bytes = head.bytes();
    byte[] prefix = Keys.historyPrefix(Keys.intAt(bytes, 0), Keys.keyOfHead(bytes));
    try (RocksCursor cursor =
        engine.cursor(
            ColumnFamily.HISTORY, RocksEngine.CursorUse.SHORT, Keys.versionsEnd(prefix))) {
      if (!cursor.seek(Keys.versioned(prefix, Long.MAX_VALUE))) {
        return 0;
      }
      byte[] found = cursor.key();
      return found.length == prefix.length + 8 && Keys.startsWith(found, prefix)
          ? Math.max(Keys.versionOf(found), HistoryRow.toIn(cursor.value()))
          : 0;
    }
  }

  private static ConflictException changed(
      PreparedBatch.Check check, String namespace, byte[] key, String version, String how) {
    String text = Keys.text(key);
    return new ConflictException(
        "record \""
            + text
            + "\" of namespace \""
            + namespace
            + "\" has changed since version "
            + check.version()
            + ": "
            + how
            + "; read it again and retry",
        Map.of(
            "namespace",
            namespace,
            "key",
            text,
            "reason",
            "changed",
            "since",
            Long.toString(check.version()),
            "version",
            version));
  }
}
