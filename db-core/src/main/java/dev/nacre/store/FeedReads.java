package dev.nacre.store;

import dev.nacre.error.CorruptionException;
import dev.nacre.feed.ChangeEvent;
import dev.nacre.feed.WatchRequest;
import dev.nacre.model.Commit;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.store.commit.GroupCommitter;
import dev.nacre.store.commit.NamespaceEntry;
import dev.nacre.store.commit.NamespaceRegistry;
import dev.nacre.store.layout.CommitRow;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.LogRow;
import dev.nacre.store.layout.Micros;
import dev.nacre.store.layout.RecordRow;
import dev.nacre.store.layout.TextKeys;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.RocksCursor;
import dev.nacre.store.rocks.RocksEngine;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the change feed from the log, page by page. Thread-safe. */
final class FeedReads {
  private static final long PAGE_BYTES_MAX = 8L << 20;

  /** Looking at more commits than this costs more than waking everybody. */
  private static final long COMMITS_LOOKED_AT_MAX = 4_096;

  private final RocksEngine engine;
  private final NamespaceRegistry registry;
  private final GroupCommitter committer;
  private final RecordReader reader;
  private final StorageProbe probe;
  private final String lineage;

  FeedReads(OpenStore parts, RecordReader reader, StorageProbe probe) {
    this.engine = parts.engine();
    this.registry = parts.registry();
    this.committer = parts.committer();
    this.lineage = parts.lineage();
    this.reader = reader;
    this.probe = probe;
  }

  /** The changes behind {@code after}, up to version {@code until} or the visible one. */
  FeedPage read(WatchRequest request, FeedPosition after, long until) {
    TextKeys.checkNamespace(request.namespace());
    byte[] prefix = TextKeys.bound(request.prefix(), "prefix");
    long upTo = Math.min(until, committer.visible().version());
    if (upTo < after.version()) {
      return new FeedPage(List.of(), after, upTo, true);
    }
    probe.beforeRead();
    FeedWalk walk = new FeedWalk(engine, prefix, request.pageLimit(), after, upTo);
    walk.over(registry.incarnations(request.namespace()));
    return page(request, walk, upTo);
  }

  private FeedPage page(WatchRequest request, FeedWalk walk, long upTo) {
    List<FeedWalk.Step> steps = walk.steps();
    List<ChangeEvent> events = new ArrayList<>(steps.size());
    if (!steps.isEmpty()) {
      long bytes = 0;
      try (Commits commits = new Commits()) {
        for (int i = 0; i < steps.size(); i++) {
          FeedWalk.Step step = steps.get(i);
          commits.moveTo(step.version());
          ChangeEvent event = event(request, step, commits, walk.endsCommit(i));
          events.add(event);
          bytes += valueBytes(event);
          if (bytes >= PAGE_BYTES_MAX && i + 1 < steps.size()) {
            return new FeedPage(events, step.position(), upTo, false);
          }
        }
      }
    }
    return new FeedPage(events, walk.position(), upTo, walk.isComplete());
  }

  private ChangeEvent event(
      WatchRequest request, FeedWalk.Step step, Commits commits, boolean endsCommit) {
    LogRow row = step.row();
    String namespace = request.namespace();
    if (row == null) {
      return step.ordinal() == FeedPosition.CREATED
          ? new ChangeEvent.NamespaceCreated(
              commits.commit(), commits.attributes(), namespace, endsCommit)
          : new ChangeEvent.NamespaceDeleted(
              commits.commit(), commits.attributes(), namespace, endsCommit);
    }
    LogRow.Purged purged = row.purged();
    if (purged != null) {
      return new ChangeEvent.RecordPurged(
          commits.commit(),
          commits.attributes(),
          namespace,
          endsCommit,
          purged.version(),
          Micros.toInstant(purged.timeMicros()));
    }
    return new ChangeEvent.RecordChanged(
        commits.commit(),
        commits.attributes(),
        namespace,
        endsCommit,
        ViewReads.change(step.namespace(), step.version(), row),
        row.delete() || request.detail() == WatchRequest.Detail.KEYS
            ? null
            : RecordReader.again(() -> record(request, step.namespace(), row, commits.commit())));
  }

  private @Nullable VersionedRecord record(
      WatchRequest request, NamespaceEntry namespace, LogRow change, Commit commit) {
    ReadPoint at = new ReadPoint(commit.version(), commit.committedAt(), lineage);
    // Deleted later in the same commit, it has no records any more.
    @Nullable RecordRow row =
        namespace.isLive(commit.version())
            ? RecordReader.live(reader.row(namespace, change.key(), commit.version()), at)
            : null;
    return row == null
        ? null
        : reader.record(
            namespace, Keys.text(change.key()), change.key(), row, at, request.spaces());
  }

  private static long valueBytes(ChangeEvent event) {
    return event instanceof ChangeEvent.RecordChanged changed
        ? changed.record().flatMap(VersionedRecord::value).map(Value::length).orElse(0)
        : 0;
  }

  /**
   * The names of the namespaces that commits in (after, upTo] have touched, or empty when there are
   * too many commits to look at each.
   */
  Optional<Set<String>> touched(long after, long upTo) {
    if (upTo - after > COMMITS_LOOKED_AT_MAX) {
      return Optional.empty();
    }
    Set<String> names = new HashSet<>();
    if (after >= upTo) {
      return Optional.of(names);
    }
    probe.beforeRead();
    try (RocksCursor cursor = engine.cursor(ColumnFamily.COMMIT, RocksEngine.CursorUse.SHORT)) {
      for (cursor.seek(Keys.commit(after + 1));
          cursor.valid() && Keys.versionOfCommit(cursor.key()) <= upTo;
          cursor.next()) {
        for (int id : CommitRow.namespacesIn(cursor.value())) {
          NamespaceEntry entry = registry.find(id);
          if (entry != null) {
            names.add(entry.name());
          }
        }
      }
    }
    return Optional.of(names);
  }

  /** Reads commit rows in ascending order, each once. For one thread. */
  private final class Commits implements AutoCloseable {
    private final RocksCursor cursor =
        engine.cursor(ColumnFamily.COMMIT, RocksEngine.CursorUse.SHORT);
    private long version;
    private CommitAttributes attributes = CommitAttributes.NONE;
    private @Nullable Commit commit;

    void moveTo(long wanted) {
      if (wanted == version && commit != null) {
        return;
      }
      // The next row is a step away; any other one is looked for.
      boolean found =
          (version != 0 && wanted == version + 1)
              ? cursor.next()
              : cursor.seek(Keys.commit(wanted));
      if (!found || Keys.versionOfCommit(cursor.key()) != wanted) {
        throw new CorruptionException(
            "commit " + wanted + " is missing from the log; restore the directory from a backup",
            Map.of("version", Long.toString(wanted)));
      }
      CommitRow row = CommitRow.parse(cursor.value());
      version = wanted;
      attributes = row.attributes();
      commit = new Commit(wanted, Micros.toInstant(row.timeMicros()), lineage);
    }

    Commit commit() {
      Commit read = commit;
      if (read == null) {
        throw new IllegalStateException("no commit was read");
      }
      return read;
    }

    CommitAttributes attributes() {
      return attributes;
    }

    @Override
    public void close() {
      cursor.close();
    }
  }
}
