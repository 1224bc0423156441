package dev.nacre.vector;

import dev.nacre.model.EmbeddingSpace;
import dev.nacre.store.Store;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides which stretch of history an epoch covers: from where the one before it ends, as many
 * changes as there were live vectors, again and again until the moment is reached. So an epoch
 * holds at most twice the vectors that were live, and a vector is in no more epochs than it has
 * seen others change. Holds no state.
 */
final class EpochCut {
  private final Store store;
  private final int namespaceId;
  private final EmbeddingSpace space;
  private final EpochPolicy policy;
  private final BooleanSupplier stop;

  /**
   * What to build.
   *
   * @param live how many vectors were live at the moment that was asked for
   * @param replaced the epoch that it takes the place of, or null
   */
  record Cut(EpochRange range, long live, @Nullable EpochRange replaced) {}

  /**
   * Cuts of one space.
   *
   * @param stop asked at each row that is read; when it says so, the cut is given up
   */
  EpochCut(
      Store store,
      int namespaceId,
      EmbeddingSpace space,
      EpochPolicy policy,
      BooleanSupplier stop) {
    this.store = store;
    this.stop = stop;
    this.namespaceId = namespaceId;
    this.space = space;
    this.policy = policy;
  }

  /**
   * The epoch around a version; null when it is not worth one.
   *
   * @param existing the epochs there are; none covers the version
   * @param now the visible version
   */
  @Nullable Cut around(long version, List<EpochRange> existing, long now) {
    long live = live(version);
    if (live < EpochPolicy.LIVE_MIN) {
      return null;
    }
    long oldest = store.oldestReadable(namespaceId);
    EpochRange before = null;
    long limit = now;
    for (EpochRange range : existing) {
      if (range.last() < version && (before == null || range.last() > before.last())) {
        before = range;
      } else if (range.first() > version) {
        limit = Math.min(limit, range.first() - 1);
      }
    }
    Walk walk = new Walk(policy.churn(live), version);
    if (before != null && before.isTail()) {
      long first = Math.max(before.first(), oldest);
      walk.run(first, limit);
      if (walk.first == first) {
        boolean block = policy.usesBlock(live, 4L * space.dimension());
        long changes = changes(before.last(), walk.last);
        return policy.extendsTail(live, changes, block)
            ? new Cut(new EpochRange(first, walk.last, now), live, before)
            : null;
      }
    }
    walk.run(before == null ? oldest : Math.max(before.last() + 1, oldest), limit);
    return new Cut(new EpochRange(walk.first, walk.last, now), live, null);
  }

  /** Whether no vector was written or deleted in (after, upTo], which can still be read. */
  boolean isUnchanged(long after, long upTo) {
    // The floor is looked at last: the log may be trimmed while it is read.
    return changes(after, upTo) == 0 && after >= store.oldestReadable(namespaceId);
  }

  private void checkWanted() {
    if (stop.getAsBoolean()) {
      throw new CancellationException("the epoch is not wanted any more");
    }
  }

  private long live(long version) {
    long[] count = new long[1];
    store.scanVectors(
        version,
        namespaceId,
        space,
        (_, _, _) -> {
          checkWanted();
          count[0]++;
          return true;
        });
    return count[0];
  }

  private long changes(long after, long upTo) {
    long[] count = new long[1];
    store.scanVectorChanges(
        after,
        upTo,
        namespaceId,
        space,
        _ -> {
          checkWanted();
          count[0]++;
          return true;
        });
    return count[0];
  }

  /** Walks over the changes and closes a cell before the version that would make it too large. */
  private final class Walk {
    private final long size;
    private final long version;
    private long first;
    private long last;

    /** Changes of the cell, and of the version that is being counted. */
    private long inCell;

    private long inVersion;
    private long counted;

    Walk(long size, long version) {
      this.size = size;
      this.version = version;
    }

    /** Finds the cell that covers the version, the first one beginning at {@code from}. */
    void run(long from, long limit) {
      first = from;
      last = limit;
      inCell = 0;
      inVersion = 0;
      counted = from;
      store.scanVectorChanges(
          from,
          limit,
          namespaceId,
          space,
          changed -> {
            checkWanted();
            if (changed != counted && !next(changed)) {
              return false;
            }
            inVersion++;
            return true;
          });
      if (last == limit) {
        boolean _ = next(limit + 1);
      }
    }

    /** Ends the version that was counted; false when the cell that covers ours is closed. */
    private boolean next(long changed) {
      if (inCell + inVersion > size && counted > first) {
        if (counted > version) {
          last = counted - 1;
          return false;
        }
        // What the version wrote was live at the beginning of the cell that it begins.
        first = counted;
        inCell = 0;
      } else {
        inCell += inVersion;
      }
      inVersion = 0;
      counted = changed;
      return true;
    }
  }
}
