package dev.nacre.store;

import dev.nacre.error.CorruptionException;
import dev.nacre.error.ValidationException;
import dev.nacre.model.AsOf;
import dev.nacre.model.ReadPoint;
import dev.nacre.store.commit.GroupCommitter;
import dev.nacre.store.commit.Visible;
import dev.nacre.store.layout.CommitRow;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.Micros;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.RocksEngine;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** Turns moments into pairs (V, T) by the log of commits. Thread-safe. */
final class Moments {
  private static final int KNOWN_SLOTS = 1 << 10;
  private static final Visible EMPTY = new Visible(0, 0);

  private final RocksEngine engine;
  private final GroupCommitter committer;
  private final Clock clock;
  private final StorageProbe probe;
  private final String lineage;

  /** Commits that were asked for, each in the slot of its version: their times never change. */
  private final AtomicReferenceArray<@Nullable Visible> known =
      new AtomicReferenceArray<>(KNOWN_SLOTS);

  Moments(RocksEngine engine, GroupCommitter committer, StoreOptions options, String lineage) {
    this.engine = engine;
    this.committer = committer;
    this.clock = options.clock();
    this.probe = options.probe();
    this.lineage = lineage;
  }

  /** The newest version at the current time. */
  ReadPoint now() {
    Visible visible = committer.visible();
    long micros = Math.max(Micros.of(clock.instant()), visible.timeMicros());
    return point(visible.version(), micros);
  }

  private ReadPoint point(Visible commit) {
    return point(commit.version(), commit.timeMicros());
  }

  private ReadPoint point(long version, long micros) {
    return new ReadPoint(version, Micros.toInstant(micros), lineage);
  }

  /**
   * Refuses a read point that a caller made up or kept from another line of versions.
   *
   * @throws ValidationException when its version is not visible or its lineage is another
   */
  void check(ReadPoint at) {
    if (!at.lineage().equals(lineage)) {
      throw new ValidationException(
          "the read point is of lineage \""
              + at.lineage()
              + "\", the store of \""
              + lineage
              + "\": its versions mean something else here; take a new one from now() or resolve()",
          Map.of("lineage", at.lineage(), "storeLineage", lineage));
    }
    checkVersion(at.version());
  }

  /** Refuses a version that cannot be read. */
  void checkVersion(long version) {
    long newest = committer.visible().version();
    if (version < 0 || version > newest) {
      throw new ValidationException(
          "version " + version + " is not there; versions 0 to " + newest + " can be read",
          Map.of("version", Long.toString(version), "newest", Long.toString(newest)));
    }
  }

  /** The pair of a moment; an instant in the past costs a binary search over commits. */
  ReadPoint resolve(AsOf asOf) {
    return switch (asOf) {
      case AsOf.Now _ -> now();
      case AsOf.AtVersion at -> resolveVersion(at.version());
      case AsOf.AtInstant at -> resolveInstant(Micros.checked(at.instant(), "asOf"));
      case AsOf.AtReadPoint at -> checked(at.readPoint());
    };
  }

  /** The same from memory only: null when the log may have to be read from disk. */
  @Nullable ReadPoint resolveCached(AsOf asOf) {
    return switch (asOf) {
      case AsOf.Now _ -> now();
      case AsOf.AtVersion at -> resolveVersionCached(at.version());
      // A search that may look at many commits.
      case AsOf.AtInstant _ -> null;
      case AsOf.AtReadPoint at -> checked(at.readPoint());
    };
  }

  private ReadPoint checked(ReadPoint at) {
    check(at);
    return at;
  }

  private ReadPoint resolveVersion(long version) {
    Visible commit = inMemory(version);
    return commit == null ? point(version, commitMicros(version)) : point(commit);
  }

  private @Nullable ReadPoint resolveVersionCached(long version) {
    Visible commit = inMemory(version);
    if (commit != null) {
      return point(commit);
    }
    byte @Nullable [] row = engine.getCached(ColumnFamily.COMMIT, Keys.commit(version));
    return RocksEngine.isNotCached(row) ? null : point(version, timeIn(version, row));
  }

  /** A visible commit that needs no look-up; null when it does. */
  private @Nullable Visible inMemory(long version) {
    Visible visible = committer.visible();
    if (version > visible.version()) {
      throw new ValidationException(
          "version " + version + " is not there yet; the newest is " + visible.version(),
          Map.of("version", Long.toString(version), "newest", Long.toString(visible.version())));
    }
    if (version == visible.version()) {
      return visible;
    }
    if (version == 0) {
      return EMPTY;
    }
    Visible commit = known.get(slot(version));
    return commit != null && commit.version() == version ? commit : null;
  }

  private ReadPoint resolveInstant(long micros) {
    Visible visible = committer.visible();
    if (micros >= visible.timeMicros()) {
      ReadPoint now = now();
      if (micros >= Micros.of(now.instant())) {
        return now;
      }
      // A commit that came in since may lie behind the instant.
      return now.version() == visible.version()
          ? point(visible.version(), micros)
          : resolveInstant(micros);
    }
    long low = 0;
    long high = visible.version();
    while (high - low > 1) {
      long middle = (low + high) >>> 1;
      if (commitMicros(middle) <= micros) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return point(low, micros);
  }

  private long commitMicros(long version) {
    probe.beforeRead();
    return timeIn(version, engine.get(ColumnFamily.COMMIT, Keys.commit(version)));
  }

  private long timeIn(long version, byte @Nullable [] row) {
    if (row == null) {
      throw new CorruptionException(
          "commit " + version + " is missing from the log; restore the directory from a backup",
          Map.of("version", Long.toString(version)));
    }
    long micros = CommitRow.timeIn(row);
    known.set(slot(version), new Visible(version, micros));
    return micros;
  }

  private static int slot(long version) {
    return (int) (version & (KNOWN_SLOTS - 1));
  }
}
