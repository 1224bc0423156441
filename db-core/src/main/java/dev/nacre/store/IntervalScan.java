package dev.nacre.store;

import dev.nacre.store.commit.Purges;
import dev.nacre.store.layout.HistoryRow;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.VectorRow;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.RocksCursor;
import dev.nacre.store.rocks.RocksEngine;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Walks every vector of a space that was live at any version of a range: keys in order, of each the
 * newest first.
 *
 * <p>As in {@link AsOfScan} the live cursor is opened first, so that a row which moves meanwhile is
 * met at least once; one that is met in both is handed out once. It moved in a version behind the
 * range, so what is handed out is the same. For one thread.
 */
final class IntervalScan implements AutoCloseable {
  /** Where the escaped key starts: behind the ids of namespace and space. */
  private static final int KEY_OFFSET = 8;

  private final ScanRange range;
  private final long first;
  private final long last;
  private final Purges purges;
  private final RocksCursor live;
  private final RocksCursor history;

  /**
   * A scan of the versions [first, last]; {@code last} is visible.
   *
   * @param purges those of the namespace, taken before
   */
  IntervalScan(RocksEngine engine, ScanRange range, long first, long last, Purges purges) {
    this.range = range;
    this.first = first;
    this.last = last;
    this.purges = purges;
    this.live = engine.cursor(ColumnFamily.VECTOR, RocksEngine.CursorUse.SCAN, range.liveTo());
    RocksCursor opened = null;
    try {
      opened =
          engine.cursor(ColumnFamily.VECTOR_HISTORY, RocksEngine.CursorUse.SCAN, range.historyTo());
      live.seek(range.liveFrom());
      opened.seek(range.historyFrom());
      this.history = opened;
      opened = null;
    } catch (RuntimeException e) {
      live.close();
      if (opened != null) {
        opened.close();
      }
      throw e;
    }
  }

  /** Hands everything out, until the sink has had enough. */
  void run(VectorIntervalSink sink) {
    byte[] liveGroup = liveGroup();
    byte[] historyGroup = historyGroup();
    while (liveGroup != null || historyGroup != null) {
      int order = compare(liveGroup, historyGroup);
      byte[] group = order <= 0 ? liveGroup : historyGroup;
      if (group == null) {
        throw new IllegalStateException("no group to read");
      }
      byte[] key = Keys.unescaped(group, KEY_OFFSET);
      long below = last;
      if (order <= 0) {
        byte[] row = live.value();
        long from = VectorRow.version(row);
        if (from <= last) {
          below = from - 1;
          if (!offer(sink, key, from, VectorIntervalSink.OPEN, row)) {
            return;
          }
        }
        live.next();
        liveGroup = liveGroup();
      }
      if (order >= 0) {
        if (!offerHistory(sink, group, key, below)) {
          return;
        }
        history.seek(Keys.versioned(group, 0));
        historyGroup = historyGroup();
      }
    }
  }

  /** Hands out a key's superseded vectors that were written at or before {@code below}. */
  private boolean offerHistory(VectorIntervalSink sink, byte[] group, byte[] key, long below) {
    if (Keys.versionOf(history.key()) > below) {
      history.seek(Keys.versioned(group, Math.max(below, 0)));
    }
    while (history.valid()) {
      byte[] stored = history.key();
      if (stored.length != group.length + Long.BYTES || !Keys.startsWith(stored, group)) {
        return true;
      }
      byte[] row = history.value();
      long to = HistoryRow.toIn(row);
      if (to <= first) {
        // The earlier ones ended before this one began.
        return true;
      }
      long from = Keys.versionOf(stored);
      if (to > from && !offer(sink, key, from, to > last ? VectorIntervalSink.OPEN : to, row)) {
        return false;
      }
      history.next();
    }
    return true;
  }

  private boolean offer(VectorIntervalSink sink, byte[] key, long from, long to, byte[] row) {
    return (!purges.isEmpty() && purges.hides(key, from))
        || sink.accept(Keys.text(key), from, to, VectorRow.floats(row));
  }

  private static int compare(byte @Nullable [] live, byte @Nullable [] history) {
    if (live == null) {
      return 1;
    }
    return history == null ? -1 : Arrays.compareUnsigned(live, history);
  }

  private byte @Nullable [] liveGroup() {
    if (!live.valid()) {
      return null;
    }
    byte[] key = live.key();
    return Arrays.compareUnsigned(key, range.liveTo()) >= 0 ? null : key;
  }

  private byte @Nullable [] historyGroup() {
    if (!history.valid()) {
      return null;
    }
    byte[] key = history.key();
    return Arrays.compareUnsigned(key, range.historyTo()) >= 0
        ? null
        : Arrays.copyOf(key, key.length - Long.BYTES);
  }

  @Override
  public void close() {
    live.close();
    history.close();
  }
}
