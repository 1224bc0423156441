package dev.nacre.store;

import dev.nacre.store.commit.Purges;
import dev.nacre.store.layout.HistoryRow;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.RecordRow;
import dev.nacre.store.layout.VectorRow;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.RocksCursor;
import dev.nacre.store.rocks.RocksEngine;
import java.util.Arrays;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Walks what was live as of a version, in key order, by merging a live column family with its
 * history.
 *
 * <p>The live cursor is opened first: rows move from live to history atomically, so whatever it
 * misses is in the history cursor, which is opened afterwards. When nothing newer than the version
 * had been started by the time the live cursor was open, it shows exactly that version and history
 * is not read at all. Otherwise every key that ever lived in the range costs a step.
 *
 * <p>Rows of one key share a <em>group</em>: the escaped key, which is the history key without its
 * version. For one thread.
 */
final class AsOfScan implements AutoCloseable {
  private final Kind kind;
  private final ScanRange range;
  private final long version;
  private final Purges purges;
  private final RocksCursor live;
  private final @Nullable RocksCursor history;
  private byte @Nullable [] liveGroup;
  private byte @Nullable [] historyGroup;
  private byte[] group = new byte[0];
  private byte[] head = new byte[0];
  private byte[] value = new byte[0];

  /** What is walked. */
  enum Kind {
    /** Records: head and history. */
    RECORDS(ColumnFamily.HEAD, ColumnFamily.HISTORY, 4),
    /** Vectors of a space. */
    VECTORS(ColumnFamily.VECTOR, ColumnFamily.VECTOR_HISTORY, 8);

    private final ColumnFamily live;
    private final ColumnFamily history;
    private final int keyOffset;

    Kind(ColumnFamily live, ColumnFamily history, int keyOffset) {
      this.live = live;
      this.history = history;
      this.keyOffset = keyOffset;
    }
  }

  /**
   * A scan.
   *
   * @param purges those of the namespace, taken before
   */
  AsOfScan(
      RocksEngine engine,
      Kind kind,
      ScanRange range,
      RocksEngine.CursorUse use,
      long version,
      Purges purges,
      LongSupplier startedVersion) {
    this.kind = kind;
    this.range = range;
    this.version = version;
    this.purges = purges;
    live = engine.cursor(kind.live, use, range.liveTo());
    RocksCursor opened = null;
    try {
      if (startedVersion.getAsLong() > version) {
        opened = engine.cursor(kind.history, use, range.historyTo());
      }
      live.seek(range.liveFrom());
      if (opened != null || kind == Kind.VECTORS) {
        liveGroup = readLiveGroup();
      }
      if (opened != null) {
        opened.seek(range.historyFrom());
        historyGroup = readHistoryGroup(opened);
      }
    } catch (RuntimeException e) {
      live.close();
      if (opened != null) {
        opened.close();
      }
      throw e;
    }
    history = opened;
  }

  /** Moves to the next live row; returns whether there is one. */
  boolean next() {
    if (onlyHeads()) {
      return nextHead();
    }
    while (liveGroup != null || historyGroup != null) {
      int order = compareGroups();
      byte[] current = order <= 0 ? liveGroup : historyGroup;
      if (current == null) {
        throw new IllegalStateException("no group to read");
      }
      group = current;
      boolean found = false;
      if (order <= 0) {
        byte[] row = live.value();
        if (versionOfLive(row) <= version) {
          value = row;
          found = true;
        }
        live.next();
        liveGroup = readLiveGroup();
      }
      if (order >= 0 && history != null) {
        found = found || findInHistory(history);
        history.seek(Keys.versioned(current, 0));
        historyGroup = readHistoryGroup(history);
      }
      if (found && (purges.isEmpty() || !purges.hides(key(), versionOfLive(value)))) {
        return true;
      }
    }
    return false;
  }

  /** Moves over heads alone, whose keys are compared with nothing: no group is made of them. */
  private boolean nextHead() {
    while (live.valid()) {
      head = live.key();
      if (Arrays.compareUnsigned(head, range.liveTo()) >= 0) {
        return false;
      }
      value = live.value();
      live.next();
      long at = RecordRow.versionIn(value);
      if (at <= version && (purges.isEmpty() || !purges.hides(key(), at))) {
        return true;
      }
    }
    return false;
  }

  /** The record key of the row. */
  byte[] key() {
    return onlyHeads() ? Keys.keyOfHead(head) : Keys.unescaped(group, kind.keyOffset);
  }

  /** The record, when records are walked. */
  RecordRow record() {
    return RecordRow.parse(value);
  }

  /** The live vector row, when vectors are walked: its version first, then the floats. */
  byte[] vectorRow() {
    return value;
  }

  private boolean onlyHeads() {
    return history == null && kind == Kind.RECORDS;
  }

  private int compareGroups() {
    if (liveGroup == null) {
      return 1;
    }
    return historyGroup == null ? -1 : Arrays.compareUnsigned(liveGroup, historyGroup);
  }

  /** Looks for the interval that contains the version; the cursor is somewhere in the group. */
  private boolean findInHistory(RocksCursor cursor) {
    if (Keys.versionOf(cursor.key()) > version) {
      cursor.seek(Keys.versioned(group, version));
    }
    if (!cursor.valid()) {
      return false;
    }
    byte[] key = cursor.key();
    if (key.length != group.length + 8 || !Keys.startsWith(key, group)) {
      return false;
    }
    byte[] row = cursor.value();
    if (version >= HistoryRow.toIn(row)) {
      return false;
    }
    if (kind == Kind.RECORDS) {
      value = HistoryRow.parse(row).row().toByteArray();
    } else {
      VectorRow.setVersion(row, Keys.versionOf(key));
      value = row;
    }
    return true;
  }

  private long versionOfLive(byte[] row) {
    return kind == Kind.RECORDS ? RecordRow.versionIn(row) : VectorRow.version(row);
  }

  private byte @Nullable [] readLiveGroup() {
    if (!live.valid()) {
      return null;
    }
    byte[] key = live.key();
    if (Arrays.compareUnsigned(key, range.liveTo()) >= 0) {
      return null;
    }
    return kind == Kind.RECORDS ? Keys.historyPrefix(Keys.intAt(key, 0), Keys.keyOfHead(key)) : key;
  }

  private byte @Nullable [] readHistoryGroup(RocksCursor cursor) {
    if (!cursor.valid()) {
      return null;
    }
    byte[] key = cursor.key();
    return Arrays.compareUnsigned(key, range.historyTo()) >= 0
        ? null
        : Arrays.copyOf(key, key.length - 8);
  }

  @Override
  public void close() {
    live.close();
    if (history != null) {
      history.close();
    }
  }
}
