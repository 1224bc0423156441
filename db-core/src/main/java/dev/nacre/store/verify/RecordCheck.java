package dev.nacre.store.verify;

import dev.nacre.error.CorruptionException;
import dev.nacre.maintain.Problem.Area;
import dev.nacre.maintain.Problem.Remedy;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.store.layout.HistoryRow;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.RecordRow;
import dev.nacre.store.layout.VectorRow;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.RocksCursor;
import dev.nacre.store.rocks.RocksEngine;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Walks {@code head} and {@code history} together, key by key, newest version first, and compares
 * each row with what it must agree with.
 *
 * <p>What must hold: a row's interval is not empty; it ends where the next version of its key
 * begins, and the newest of a key is live or a tombstone; version and time are those of a commit;
 * the vectors that a row names are stored, in its interval, with the dimension of their space; a
 * row that expires is in the queue. For one use and one thread.
 */
final class RecordCheck {
  private static final long NOTHING = Long.MAX_VALUE;

  private final RocksEngine engine;
  private final RegistryView registry;
  private final CommitTimes times;
  private final Findings findings;
  private final RowCounts counts;
  private int namespaceId;
  private byte[] key = new byte[0];

  /** The version of the row that was looked at before: the next newer one of the same key. */
  private long newer = NOTHING;

  private RecordCheck(
      RocksEngine engine, RegistryView registry, Findings findings, RowCounts counts) {
    this.engine = engine;
    this.registry = registry;
    this.findings = findings;
    this.counts = counts;
    this.times = new CommitTimes(engine);
  }

  /** Checks every record; returns whether all could be read. */
  static boolean run(
      RocksEngine engine, RegistryView registry, Findings findings, RowCounts counts) {
    RecordCheck check = new RecordCheck(engine, registry, findings, counts);
    boolean read = check.family(ColumnFamily.HEAD) && check.family(ColumnFamily.HISTORY);
    if (read) {
      check.walk();
    }
    return read;
  }

  /** Whether a column family can be read to its end. */
  private boolean family(ColumnFamily family) {
    try (RocksCursor cursor = engine.cursor(family, RocksEngine.CursorUse.BULK)) {
      for (cursor.seek(new byte[0]); cursor.valid(); cursor.next()) {
        // Reading is the check.
      }
      return true;
    } catch (CorruptionException e) {
      findings.add(Area.RECORDS, family.title(), String.valueOf(e.getMessage()));
      return false;
    }
  }

  private void walk() {
    try (RocksCursor head = engine.cursor(ColumnFamily.HEAD, RocksEngine.CursorUse.BULK);
        RocksCursor history = engine.cursor(ColumnFamily.HISTORY, RocksEngine.CursorUse.BULK)) {
      head.seek(new byte[0]);
      history.seek(new byte[0]);
      byte[] headGroup = headGroup(head);
      byte[] historyGroup = historyGroup(history);
      while (headGroup != null || historyGroup != null) {
        int order =
            headGroup == null
                ? 1
                : historyGroup == null ? -1 : Arrays.compareUnsigned(headGroup, historyGroup);
        byte[] group = order <= 0 ? headGroup : historyGroup;
        if (group == null) {
          throw new IllegalStateException("no group to read");
        }
        namespaceId = Keys.intAt(group, 0);
        key = Keys.unescaped(group, 4);
        newer = NOTHING;
        if (!registry.knows(namespaceId)) {
          problem("a record of a namespace that is not registered");
        }
        if (order <= 0) {
          head(head.value());
          head.next();
          headGroup = headGroup(head);
        }
        while (historyGroup != null && Arrays.equals(historyGroup, group)) {
          history(Keys.versionOf(history.key()), history.value());
          history.next();
          historyGroup = historyGroup(history);
        }
      }
    }
  }

  private static byte @Nullable [] headGroup(RocksCursor cursor) {
    if (!cursor.valid()) {
      return null;
    }
    byte[] key = cursor.key();
    return Keys.historyPrefix(Keys.intAt(key, 0), Keys.keyOfHead(key));
  }

  private static byte @Nullable [] historyGroup(RocksCursor cursor) {
    if (!cursor.valid()) {
      return null;
    }
    byte[] key = cursor.key();
    return Arrays.copyOf(key, key.length - 8);
  }

  private void head(byte[] value) {
    findings.row();
    if (value.length > Long.BYTES
        && registry.isPurged(namespaceId, key, RecordRow.versionIn(value))) {
      return;
    }
    RecordRow row;
    try {
      row = RecordRow.parse(value);
    } catch (CorruptionException e) {
      problem("its live row cannot be read: " + e.getMessage());
      return;
    }
    newer = row.version();
    if (row.isTombstone()) {
      problem("a tombstone where the live record should be");
      return;
    }
    contents(row);
    count(row.version());
    for (int space : row.spaces()) {
      liveVector(row, space);
    }
    if (row.expiresAtMicros() != RecordRow.NEVER
        && engine.get(ColumnFamily.EXPIRY, Keys.expiry(row.expiresAtMicros(), namespaceId, key))
            == null) {
      findings.add(
          Area.EXPIRY,
          registry.place(namespaceId, key),
          "it expires and is not in the queue of expiries",
          Remedy.RESTORE);
    }
  }

  private void history(long from, byte[] value) {
    findings.row();
    if (registry.isPurged(namespaceId, key, from)) {
      return;
    }
    HistoryRow history;
    try {
      history = HistoryRow.parse(value);
    } catch (CorruptionException e) {
      problem("its row of version " + from + " cannot be read: " + e.getMessage());
      newer = from;
      return;
    }
    RecordRow row = history.row();
    if (row.version() != from) {
      problem("its row of version " + from + " says version " + row.version());
    }
    if (from != newer) {
      count(from);
    }
    interval(from, history.to(), row.isTombstone());
    contents(row);
    if (!row.isTombstone()) {
      for (int space : row.spaces()) {
        pastVector(row, history.to(), space);
      }
    }
    newer = from;
  }

  /** Below the floor neither the log nor the history has everything. */
  private void count(long version) {
    if (version > registry.floor(namespaceId)) {
      counts.record(namespaceId, key, version);
    }
  }

  private void interval(long from, long to, boolean tombstone) {
    if (tombstone) {
      if (to != from) {
        problem("its tombstone of version " + from + " has an end, " + to);
      }
      return;
    }
    if (to <= from) {
      problem("its interval from version " + from + " to " + to + " is empty");
    } else if (newer == NOTHING) {
      problem("its version " + from + " ends at version " + to + ", and nothing follows");
    } else if (to > newer) {
      problem("its version " + from + " lasts to version " + to + " and overlaps version " + newer);
    } else if (to < newer) {
      problem("its version " + from + " ends at version " + to + ", the next is version " + newer);
    }
  }

  /** Version, time, metadata and value. */
  private void contents(RecordRow row) {
    long time = times.of(row.version());
    if (time == CommitTimes.NONE) {
      problem("its version " + row.version() + " is no commit");
    } else if (time != row.timeMicros()) {
      problem("the time of its version " + row.version() + " is not its commit's");
    }
    try {
      var _ = row.metadata().asMap();
      var _ = row.value();
    } catch (CorruptionException e) {
      problem("its version " + row.version() + " cannot be read: " + e.getMessage());
    }
  }

  private void liveVector(RecordRow row, int space) {
    byte[] stored = engine.get(ColumnFamily.VECTOR, Keys.vector(namespaceId, space, key));
    long version = row.embeddingVersion(space);
    if (stored == null) {
      vectorProblem(space, "the record names a vector that is not stored");
      return;
    }
    counts.vector(namespaceId, space);
    if (stored.length < Long.BYTES || VectorRow.version(stored) != version) {
      vectorProblem(space, "the vector is not of version " + version + ", as its record says");
      return;
    }
    dimension(space, stored);
  }

  private void pastVector(RecordRow row, long to, int space) {
    long version = row.embeddingVersion(space);
    byte[] vectorKey = Keys.vector(namespaceId, space, key);
    byte[] live = engine.get(ColumnFamily.VECTOR, vectorKey);
    if (live != null && live.length >= Long.BYTES && VectorRow.version(live) == version) {
      return;
    }
    byte[] stored = engine.get(ColumnFamily.VECTOR_HISTORY, Keys.versioned(vectorKey, version));
    if (stored == null) {
      vectorProblem(
          space,
          "version "
              + row.version()
              + " names a vector of version "
              + version
              + ", which is not stored");
    } else if (stored.length < Long.BYTES || VectorRow.version(stored) < to) {
      vectorProblem(
          space,
          "the vector of version "
              + version
              + " ends before version "
              + row.version()
              + " of its record does");
    } else {
      dimension(space, stored);
    }
  }

  private void dimension(int space, byte[] stored) {
    EmbeddingSpace registered = registry.space(namespaceId, space);
    if (registered == null) {
      vectorProblem(space, "the space is not registered");
    } else if (stored.length != VectorRow.length(registered.dimension())) {
      vectorProblem(
          space,
          "the vector has "
              + stored.length
              + " bytes, its space has dimension "
              + registered.dimension());
    }
  }

  private void problem(String what) {
    findings.add(Area.RECORDS, registry.place(namespaceId, key), what);
  }

  private void vectorProblem(int space, String what) {
    findings.add(Area.VECTORS, registry.place(namespaceId, space, key), what);
  }
}
