package dev.nacre.store.verify;

import dev.nacre.store.layout.CommitRow;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.RocksEngine;
import java.util.Arrays;

/** Commit times by version, with the last ones asked for in memory. For one thread. */
final class CommitTimes {
  /** What {@link #of} answers for a version that has no commit. */
  static final long NONE = Long.MIN_VALUE;

  private static final int SLOTS = 1 << 16;

  private final RocksEngine engine;
  private final long[] versions = new long[SLOTS];
  private final long[] times = new long[SLOTS];

  CommitTimes(RocksEngine engine) {
    this.engine = engine;
    Arrays.fill(versions, -1);
  }

  long of(long version) {
    int slot = (int) (version & (SLOTS - 1));
    if (versions[slot] != version) {
      byte[] row = engine.get(ColumnFamily.COMMIT, Keys.commit(version));
      times[slot] = row == null ? NONE : CommitRow.timeIn(row);
      versions[slot] = version;
    }
    return times[slot];
  }
}
