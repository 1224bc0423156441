package dev.nacre.store;

import dev.nacre.store.commit.NamespaceEntry;
import dev.nacre.store.commit.Purges;
import dev.nacre.store.commit.Purging;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.LogRow;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.RocksCursor;
import dev.nacre.store.rocks.RocksEngine;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Collects the next changes of a namespace name from the log, over one incarnation after the other.
 * For one thread.
 */
final class FeedWalk {
  /** Rows of other keys than those asked for that are passed over at a time. */
  private static final int ROWS_MAX = 1 << 16;

  private final RocksEngine engine;
  private final byte[] prefix;
  private final int limit;
  private final FeedPosition after;
  private final long upTo;
  private final List<Step> steps = new ArrayList<>();
  private int rows;
  private @Nullable FeedPosition stoppedAt;
  private long versionBehind;

  /**
   * One change.
   *
   * @param version its version
   * @param namespace its incarnation
   * @param ordinal its place in its commit
   * @param row what the log says, or null when it is about the namespace itself
   */
  record Step(long version, NamespaceEntry namespace, int ordinal, @Nullable LogRow row) {
    FeedPosition position() {
      return new FeedPosition(version, namespace.id(), ordinal);
    }
  }

  /**
   * A walk.
   *
   * @param prefix of the keys of interest
   * @param limit the most changes
   * @param after where to begin
   * @param upTo the last version of interest; must be visible
   */
  FeedWalk(RocksEngine engine, byte[] prefix, int limit, FeedPosition after, long upTo) {
    this.engine = engine;
    this.prefix = prefix;
    this.limit = limit;
    this.after = after;
    this.upTo = upTo;
  }

  /** Walks the incarnations, in their order. */
  void over(List<NamespaceEntry> incarnations) {
    for (NamespaceEntry entry : incarnations) {
      // What is not visible yet may still be taken back.
      if (entry.createdVersion() > upTo || !over(entry)) {
        return;
      }
    }
  }

  /** The changes, in order. */
  List<Step> steps() {
    return steps;
  }

  /** Whether a change ends what the walk found of its commit. */
  boolean endsCommit(int step) {
    long version = steps.get(step).version;
    long next = step + 1 < steps.size() ? steps.get(step + 1).version : versionBehind;
    return next != version;
  }

  /** Whether everything up to the last version was found. */
  boolean isComplete() {
    return versionBehind == 0 && stoppedAt == null;
  }

  /** Behind everything that was found and passed over. */
  FeedPosition position() {
    if (versionBehind != 0) {
      return steps.getLast().position();
    }
    return stoppedAt == null ? FeedPosition.after(upTo) : stoppedAt;
  }

  private boolean over(NamespaceEntry entry) {
    // Read once: the committer may set it meanwhile, to a version that is not visible yet.
    long deleted = entry.deletedVersion();
    if (!after.isBefore(deleted, entry, FeedPosition.DELETED)) {
      return true;
    }
    HistoryFloors.checkLog(entry, after.nextVersion(entry));
    long created = entry.createdVersion();
    if (after.isBefore(created, entry, FeedPosition.CREATED)
        && !add(new Step(created, entry, FeedPosition.CREATED, null))) {
      return false;
    }
    boolean all = overRows(entry, Math.min(upTo, deleted));
    // Again, for what was dropped meanwhile.
    HistoryFloors.checkLog(entry, after.nextVersion(entry));
    if (!all) {
      return false;
    }
    return deleted > upTo || add(new Step(deleted, entry, FeedPosition.DELETED, null));
  }

  private boolean overRows(NamespaceEntry entry, long last) {
    long first = after.nextVersion(entry);
    if (first > last) {
      return true;
    }
    byte[] ofNamespace = Keys.namespacePrefix(entry.id());
    @Nullable FeedPosition passed = null;
    Purges purges = entry.purges();
    try (RocksCursor cursor =
        engine.cursor(
            ColumnFamily.LOG, RocksEngine.CursorUse.SHORT, Keys.namespaceEnd(entry.id()))) {
      for (cursor.seek(Keys.log(entry.id(), first, after.nextOrdinal(entry)));
          cursor.valid();
          cursor.next()) {
        byte[] key = cursor.key();
        long version = Keys.versionOfLog(key);
        if (!Keys.startsWith(key, ofNamespace) || version > last) {
          return true;
        }
        // Between two commits only, so that it is known which change ends the first one.
        if (rows >= ROWS_MAX && passed != null && passed.version() != version) {
          stoppedAt = passed;
          return false;
        }
        rows++;
        int ordinal = Keys.ordinalOfLog(key);
        passed = new FeedPosition(version, entry.id(), ordinal);
        LogRow row = unpurged(purges, version, LogRow.parse(cursor.value()));
        // What was purged may have been of interest: nobody knows any more.
        boolean wanted = row.purged() != null || Keys.startsWith(row.key(), prefix);
        if (wanted && !add(new Step(version, entry, ordinal, row))) {
          return false;
        }
      }
    }
    return true;
  }

  /** The change, or what will be left of it when its purge has erased it. */
  private static LogRow unpurged(Purges purges, long version, LogRow row) {
    Purging purging =
        purges.isEmpty() || row.purged() != null ? null : purges.hiding(row.key(), version);
    return purging == null ? row : LogRow.purged(purging.version(), purging.timeMicros());
  }

  /** False when the page is full: the change is only looked at, to know what comes behind. */
  private boolean add(Step step) {
    if (steps.size() == limit) {
      versionBehind = step.version;
      return false;
    }
    steps.add(step);
    return true;
  }
}
