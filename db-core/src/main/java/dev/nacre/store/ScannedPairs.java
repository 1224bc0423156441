package dev.nacre.store;

import dev.nacre.model.ReadPoint;
import dev.nacre.store.commit.GroupCommitter;
import dev.nacre.store.commit.NamespaceEntry;
import dev.nacre.store.layout.RecordRow;
import dev.nacre.store.rocks.RocksEngine;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Every key of a range that is live at one of two moments, by two scans side by side. */
final class ScannedPairs implements RowPairs {
  private final Side left;
  private final Side right;
  private byte[] key = new byte[0];
  private @Nullable RecordRow before;
  private @Nullable RecordRow after;

  /**
   * Two scans.
   *
   * @param range of the keys, in the namespace of that id
   */
  ScannedPairs(
      RocksEngine engine,
      GroupCommitter committer,
      DiffSides sides,
      Function<NamespaceEntry, ScanRange> range) {
    left = new Side(engine, committer, sides.before(), sides.from(), range);
    boolean opened = false;
    try {
      right = new Side(engine, committer, sides.after(), sides.to(), range);
      opened = true;
    } finally {
      if (!opened) {
        left.close();
      }
    }
  }

  @Override
  public boolean next() {
    byte[] one = left.key;
    byte[] other = right.key;
    if (one == null && other == null) {
      return false;
    }
    int order;
    if (one == null || other == null) {
      order = one == null ? 1 : -1;
    } else {
      order = Arrays.compareUnsigned(one, other);
    }
    byte[] smaller = order <= 0 ? one : other;
    key = smaller == null ? key : smaller;
    before = order <= 0 ? left.take() : null;
    after = order >= 0 ? right.take() : null;
    return true;
  }

  @Override
  public byte[] key() {
    return key;
  }

  @Override
  public @Nullable RecordRow before() {
    return before;
  }

  @Override
  public @Nullable RecordRow after() {
    return after;
  }

  @Override
  public void close() {
    left.close();
    right.close();
  }

  /** One scan and the row it is on. */
  private static final class Side implements AutoCloseable {
    private final @Nullable AsOfScan scan;
    private byte @Nullable [] key;
    private @Nullable RecordRow row;

    Side(
        RocksEngine engine,
        GroupCommitter committer,
        @Nullable NamespaceEntry namespace,
        ReadPoint at,
        Function<NamespaceEntry, ScanRange> range) {
      scan =
          namespace == null
              ? null
              : new AsOfScan(
                  engine,
                  AsOfScan.Kind.RECORDS,
                  range.apply(namespace),
                  RocksEngine.CursorUse.SHORT,
                  at.version(),
                  namespace.purges(),
                  committer::startedVersion);
      var _ = take();
    }

    /** The row it is on; moves to the next one. */
    @Nullable RecordRow take() {
      @Nullable RecordRow taken = row;
      if (scan != null && scan.next()) {
        key = scan.key();
        row = scan.record();
      } else {
        key = null;
        row = null;
      }
      return taken;
    }

    @Override
    public void close() {
      if (scan != null) {
        scan.close();
      }
    }
  }
}
