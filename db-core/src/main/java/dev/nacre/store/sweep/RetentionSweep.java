package dev.nacre.store.sweep;

import dev.nacre.model.Retention;
import dev.nacre.store.commit.GroupCommitter;
import dev.nacre.store.commit.NamespaceEntry;
import dev.nacre.store.commit.NamespaceRegistry;
import dev.nacre.store.commit.Visible;
import dev.nacre.store.layout.FloorRow;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.Micros;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.RocksEngine;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the namespaces whose retention drops something now, and drops it.
 *
 * <p>A sweep looks at every namespace in memory and at storage only where something is due: of each
 * it is remembered when the first change that was left becomes old enough, or that there is none
 * before the next write. For one thread at a time.
 */
final class RetentionSweep {
  /** All rows of a namespace lie here, under its id. */
  private static final List<ColumnFamily> BY_NAMESPACE =
      List.of(
          ColumnFamily.HEAD,
          ColumnFamily.HISTORY,
          ColumnFamily.VECTOR,
          ColumnFamily.VECTOR_HISTORY,
          ColumnFamily.LOG);

  private static final long NOT_BEFORE_A_WRITE = Long.MAX_VALUE;

  private final NamespaceRegistry registry;
  private final GroupCommitter committer;
  private final PinnedVersions pins;
  private final long graceMicros;
  private final RocksEngine engine;
  private final CommitAges ages;
  private final Map<Integer, Look> looks = new HashMap<>();

  /**
   * What the last look at a namespace has found.
   *
   * @param retention its retention then
   * @param next where the next look at its log begins
   * @param dueMicros when there is something to do at the earliest
   * @param loggedVersion its last change then
   */
  private record Look(Retention retention, long next, long dueMicros, long loggedVersion) {
    boolean isIdle(NamespaceEntry namespace, Retention now, long nowMicros) {
      return retention.equals(now)
          && (dueMicros == NOT_BEFORE_A_WRITE
              ? loggedVersion == namespace.loggedVersion()
              : nowMicros < dueMicros);
    }
  }

  RetentionSweep(
      RocksEngine engine,
      NamespaceRegistry registry,
      GroupCommitter committer,
      PinnedVersions pins,
      long graceMicros) {
    this.engine = engine;
    this.registry = registry;
    this.committer = committer;
    this.pins = pins;
    this.graceMicros = graceMicros;
    this.ages = new CommitAges(engine);
  }

  /** Sweeps every namespace. */
  void run(long nowMicros, DropBatch drops, SweepCounts counts) {
    Visible visible = committer.visible();
    ages.begin(visible, nowMicros);
    for (NamespaceEntry namespace : registry.all()) {
      drops.checkStop();
      if (namespace.createdVersion() <= visible.version()) {
        try {
          sweep(namespace, visible, nowMicros, drops, counts);
        } catch (HeldMeanwhileException e) {
          // What lies in the batch is below floors that stand. The rest is looked at again.
          drops.write();
          looks.remove(namespace.id());
        }
      }
    }
  }

  private void sweep(
      NamespaceEntry namespace,
      Visible visible,
      long nowMicros,
      DropBatch drops,
      SweepCounts counts) {
    long deleted = namespace.deletedVersion();
    boolean dead = deleted <= visible.version();
    Retention retention = namespace.options(dead ? deleted : visible.version()).retention();
    if (retention instanceof Retention.All || (dead && namespace.isDropped())) {
      looks.remove(namespace.id());
      return;
    }
    Look look = looks.get(namespace.id());
    boolean idle = look != null && look.isIdle(namespace, retention, nowMicros);
    boolean goesWhole = dead && retention instanceof Retention.Lasting;
    if (idle && !goesWhole) {
      return;
    }
    long age = graceMicros;
    if (retention instanceof Retention.Lasting lasting) {
      age = Math.max(age, Micros.of(lasting.duration()));
    }
    long old = ages.newest(age);
    if (old == 0 || (idle && deleted > old)) {
      return;
    }
    long upTo = Math.min(old, pins.oldest(namespace.name()));
    if (goesWhole && deleted <= upTo) {
      drop(namespace, deleted, drops);
      counts.namespacesDropped++;
      looks.remove(namespace.id());
      return;
    }
    if (idle) {
      return;
    }
    // Before the look: a change that comes meanwhile must not be taken for seen.
    long logged = namespace.loggedVersion();
    long first = firstToLookAt(namespace, retention, look);
    long left = first > upTo ? first : trim(namespace, retention, first, upTo, drops);
    long due;
    if (first > upTo) {
      due = nowMicros;
    } else if (left != 0) {
      due = ages.timeMicros(left) + age;
    } else {
      // What is not visible yet is behind `upTo`, too, and was not seen.
      due = logged <= visible.version() ? NOT_BEFORE_A_WRITE : nowMicros;
    }
    looks.put(namespace.id(), new Look(retention, Math.max(first, upTo + 1), due, logged));
  }

  private static long firstToLookAt(
      NamespaceEntry namespace, Retention retention, @Nullable Look look) {
    if (look != null && look.retention.equals(retention)) {
      return look.next;
    }
    FloorRow floors = namespace.floors();
    return retention instanceof Retention.LastVersions last
            && floors.versions() != 0
            && floors.versions() <= last.count()
        ? floors.trimmed() + 1
        : 0;
  }

  private long trim(
      NamespaceEntry namespace, Retention retention, long first, long upTo, DropBatch drops) {
    return switch (retention) {
      case Retention.LastVersions last ->
          new VersionTrim(engine, drops).run(namespace, last.count(), first, upTo);
      case Retention.Lasting _ -> new LogTrim(engine, drops).run(namespace, first, upTo);
      case Retention.All _ -> 0;
    };
  }

  /** Everything of a namespace, at one go: its id is never given again. */
  private static void drop(NamespaceEntry namespace, long deleted, DropBatch drops) {
    FloorRow before = namespace.floors();
    boolean written = false;
    drops.raise(namespace, new FloorRow(deleted + 1, deleted, before.versions(), before.trimmed()));
    try {
      byte[] from = Keys.namespacePrefix(namespace.id());
      byte[] to = Keys.namespacePrefix(namespace.id() + 1);
      for (ColumnFamily family : BY_NAMESPACE) {
        drops.deleteRange(family, from, to);
      }
      drops.write();
      written = true;
    } finally {
      if (!written) {
        // All of it is there still, and the next sweep must not think otherwise.
        namespace.setFloors(before);
      }
    }
  }
}
