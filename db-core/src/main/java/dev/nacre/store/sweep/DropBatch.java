package dev.nacre.store.sweep;

import dev.nacre.error.NacreException;
import dev.nacre.store.StorageProbe;
import dev.nacre.store.commit.GroupCommitter;
import dev.nacre.store.commit.NamespaceEntry;
import dev.nacre.store.layout.FloorRow;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.GroupBatch;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Collects rows to drop and hands them to the committer a batch at a time. The floors of a
 * namespace are raised in memory at once and written in the batch with the first rows that go below
 * them, or before; so no row is missing that the floors do not speak of. For one thread.
 */
final class DropBatch {
  /** Small, so that a commit that comes in between waits for a millisecond or two. */
  private static final int BYTES_MAX = GroupCommitter.MAINTENANCE_BYTES / 4;

  private static final int ROWS_MAX = 2_048;

  private final GroupCommitter committer;
  private final PinnedVersions pins;
  private final BooleanSupplier stop;
  private final GroupBatch batch = new GroupBatch();
  private final SweepCounts counts;
  private int rows;

  /** What is in the batch: counted when it is written. */
  private SweepCounts pending = new SweepCounts();

  private @Nullable NamespaceEntry raised;

  DropBatch(
      GroupCommitter committer, PinnedVersions pins, BooleanSupplier stop, SweepCounts counts) {
    this.committer = committer;
    this.pins = pins;
    this.stop = stop;
    this.counts = counts;
  }

  /**
   * Raises the floors of a namespace; before rows below them are given here.
   *
   * @throws HeldMeanwhileException when somebody holds a version below them
   */
  void raise(NamespaceEntry namespace, FloorRow floors) {
    if (committer.durableVersion() < Math.max(floors.history(), floors.trimmed())) {
      // After a power cut the floor must not be above the newest version. Any write that is forced
      // to the disk takes the commits before it there.
      GroupBatch same = new GroupBatch();
      same.put(ColumnFamily.META, Keys.floor(namespace.id()), namespace.floors().encode());
      await(committer.maintain(same, true));
    }
    if (!namespace.raiseFloors(floors, () -> pins.oldest(namespace.name()))) {
      throw new HeldMeanwhileException();
    }
    raised = namespace;
    committer.reached(StorageProbe.Step.FLOOR_RAISED);
  }

  /** Drops a row. */
  void delete(ColumnFamily family, byte[] key) {
    batch.delete(family, key);
    rows++;
    switch (family) {
      case HISTORY -> pending.historyRows++;
      case VECTOR_HISTORY -> pending.vectorRows++;
      case LOG -> pending.logRows++;
      default -> {
        // Of the queue of expiries: nothing that anybody had.
      }
    }
  }

  /** Drops all rows between two keys. */
  void deleteRange(ColumnFamily family, byte[] from, byte[] to) {
    batch.deleteRange(family, from, to);
    rows++;
  }

  /**
   * Writes when enough is there. To be called where a crash may come in between.
   *
   * @throws SweepStoppedException when the sweep is to end
   */
  void mayWrite() {
    if (rows >= ROWS_MAX || batch.length() >= BYTES_MAX) {
      write();
    }
    checkStop();
  }

  /** Ends the sweep when that was asked for. */
  void checkStop() {
    if (stop.getAsBoolean()) {
      throw new SweepStoppedException();
    }
  }

  /** Writes what is there and waits until it is written. */
  void write() {
    NamespaceEntry namespace = raised;
    if (namespace != null) {
      batch.put(ColumnFamily.META, Keys.floor(namespace.id()), namespace.floors().encode());
    }
    if (batch.isEmpty()) {
      return;
    }
    try {
      await(committer.maintain(batch, false));
      raised = null;
      counts.add(pending);
      committer.reached(StorageProbe.Step.ROWS_DROPPED);
    } finally {
      // Also what failed: it is found again by the next sweep.
      batch.clear(GroupCommitter.MAINTENANCE_BYTES);
      rows = 0;
      pending = new SweepCounts();
    }
  }

  /** Waits for the committer; a failure keeps its type. */
  static <T> T await(CompletableFuture<T> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof NacreException cause) {
        throw cause;
      }
      throw e;
    }
  }
}
