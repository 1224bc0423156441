package dev.nacre.store;

import dev.nacre.error.UnavailableException;
import dev.nacre.error.ValidationException;
import dev.nacre.model.AsOf;
import dev.nacre.model.Change;
import dev.nacre.model.Commit;
import dev.nacre.model.Durability;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.HistoryEntry;
import dev.nacre.model.HistoryRequest;
import dev.nacre.model.Namespace;
import dev.nacre.model.Operation;
import dev.nacre.model.Page;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.commit.GroupCommitter;
import dev.nacre.store.commit.NamespaceEntry;
import dev.nacre.store.commit.Visible;
import dev.nacre.store.layout.CommitRow;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.LogRow;
import dev.nacre.store.layout.Micros;
import dev.nacre.store.layout.PageCursor;
import dev.nacre.store.layout.RecordRow;
import dev.nacre.store.layout.TextKeys;
import dev.nacre.store.layout.VectorRow;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.RocksCursor;
import dev.nacre.store.rocks.RocksEngine;
import dev.nacre.store.rocks.StorageFailure;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The store on one RocksDB: every call passes the gate, fixes its version, and is answered by the
 * part that knows how.
 */
final class VersionedStore implements Store {
  private static final long PAGE_BYTES_MAX = 8L << 20;

  private final StoreOptions options;
  private final OpenStore parts;
  private final RocksEngine engine;
  private final GroupCommitter committer;
  private final RecordReader reader;
  private final Gate gate = new Gate();
  private final Object closing = new Object();
  private boolean closed;

  private VersionedStore(StoreOptions options, OpenStore parts) {
    this.options = options;
    this.parts = parts;
    this.engine = parts.engine();
    this.committer = parts.committer();
    this.reader = new RecordReader(engine, committer, options.probe());
  }

  static Store open(StoreOptions options) {
    VersionedStore store = new VersionedStore(options, OpenStore.open(options));
    if (!options.readOnly()) {
      store.committer.start();
    }
    return store;
  }

  @Override
  public String lineage() {
    return parts.lineage();
  }

  @Override
  public ReadPoint now() {
    return guarded(this::nowInside);
  }

  private ReadPoint nowInside() {
    Visible visible = committer.visible();
    long micros = Math.max(Micros.of(options.clock().instant()), visible.timeMicros());
    return point(visible.version(), micros);
  }

  private ReadPoint point(long version, long micros) {
    return new ReadPoint(version, Micros.toInstant(micros), parts.lineage());
  }

  @Override
  public ReadPoint resolve(AsOf asOf) {
    return guarded(() -> resolveInside(asOf));
  }

  private ReadPoint resolveInside(AsOf asOf) {
    return switch (asOf) {
      case AsOf.Now now -> nowInside();
      case AsOf.AtVersion at -> resolveVersion(at.version());
      case AsOf.AtInstant at -> resolveInstant(Micros.checked(at.instant(), "asOf"));
    };
  }

  private ReadPoint resolveVersion(long version) {
    Visible visible = committer.visible();
    if (version > visible.version()) {
      throw new ValidationException(
          "version " + version + " is not there yet; the newest is " + visible.version(),
          Map.of("version", Long.toString(version), "newest", Long.toString(visible.version())));
    }
    if (version == 0) {
      return point(0, 0);
    }
    return point(
        version, version == visible.version() ? visible.timeMicros() : commitMicros(version));
  }

  private ReadPoint resolveInstant(long micros) {
    Visible visible = committer.visible();
    if (micros >= visible.timeMicros()) {
      ReadPoint now = nowInside();
      // In the future: now. A commit may have come in since: then its version, at the instant asked
      // for, if that is later.
      return micros >= Micros.of(now.instant()) || now.version() != visible.version()
          ? now
          : point(visible.version(), micros);
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
    options.probe().beforeRead();
    byte @Nullable [] row = engine.get(ColumnFamily.COMMIT, Keys.commit(version));
    if (row == null) {
      throw new dev.nacre.error.CorruptionException(
          "commit " + version + " is missing from the log; restore the directory from a backup",
          Map.of("version", Long.toString(version)));
    }
    return CommitRow.timeIn(row);
  }

  @Override
  public CompletableFuture<Commit> commit(
      WriteBatch batch, Durability durability, Duration timeout) {
    int stripe;
    try {
      stripe = gate.enter();
    } catch (dev.nacre.error.DatabaseClosedException e) {
      return CompletableFuture.failedFuture(e);
    }
    try {
      if (options.readOnly()) {
        return CompletableFuture.failedFuture(
            new UnavailableException(
                "the store was opened read-only: nothing was written", Map.of("outcome", "none")));
      }
      return committer.submit(batch, durability, timeout);
    } finally {
      gate.leave(stripe);
    }
  }

  @Override
  public Optional<VersionedRecord> get(
      ReadPoint at, String namespace, String key, Set<String> spaces) {
    return guarded(
        () -> {
          byte[] keyBytes = TextKeys.key(key);
          NamespaceEntry entry = find(namespace, at);
          return entry == null
              ? Optional.empty()
              : Optional.ofNullable(live(reader.row(entry, keyBytes, at.version()), at))
                  .map(row -> reader.record(entry, key, keyBytes, row, at, spaces));
        });
  }

  @Override
  public CachedRead getCached(ReadPoint at, String namespace, String key) {
    int stripe = gate.enter();
    try {
      byte[] keyBytes = TextKeys.key(key);
      NamespaceEntry entry = find(namespace, at);
      if (entry == null) {
        return new CachedRead.Answer(null);
      }
      RecordReader.CachedRow cached = reader.cached(entry, keyBytes, at.version());
      if (!cached.known()) {
        return CachedRead.NotCached.NOT_CACHED;
      }
      RecordRow row = live(cached.row(), at);
      return new CachedRead.Answer(
          row == null ? null : reader.record(entry, key, keyBytes, row, at, Set.of()));
    } finally {
      gate.leave(stripe);
    }
  }

  @Override
  public List<Optional<VersionedRecord>> getAll(
      ReadPoint at, String namespace, List<String> keys, Set<String> spaces) {
    return guarded(
        () -> {
          List<byte[]> keyBytes = keys.stream().map(TextKeys::key).toList();
          NamespaceEntry entry = find(namespace, at);
          List<Optional<VersionedRecord>> records = new ArrayList<>(keys.size());
          if (entry == null) {
            keys.forEach(key -> records.add(Optional.empty()));
            return records;
          }
          List<@Nullable RecordRow> rows = reader.rows(entry, keyBytes, at.version());
          for (int i = 0; i < rows.size(); i++) {
            RecordRow row = live(rows.get(i), at);
            records.add(
                row == null
                    ? Optional.empty()
                    : Optional.of(
                        reader.record(entry, keys.get(i), keyBytes.get(i), row, at, spaces)));
          }
          return records;
        });
  }

  @Override
  public Page<VersionedRecord> scan(ScanRequest request) {
    return guarded(
        () -> {
          ReadPoint at;
          byte @Nullable [] after = null;
          String cursor = request.cursor();
          if (cursor == null) {
            at = resolveInside(request.asOf());
          } else {
            PageCursor decoded = PageCursor.decode(cursor, PageCursor.Kind.SCAN, parts.lineage());
            at = checked(decoded.readPoint());
            after = decoded.position();
          }
          TextKeys.checkNamespace(request.namespace());
          byte[] prefix = TextKeys.bound(request.prefix(), "prefix");
          byte @Nullable [] from =
              request.from() == null ? null : TextKeys.bound(request.from(), "from");
          byte @Nullable [] to = request.to() == null ? null : TextKeys.bound(request.to(), "to");
          NamespaceEntry entry = find(request.namespace(), at);
          if (entry == null) {
            return new Page<>(List.of(), null, at);
          }
          return page(
              entry, ScanRange.ofRecords(entry.id(), prefix, from, to, after), request.limit(), at);
        });
  }

  private Page<VersionedRecord> page(
      NamespaceEntry entry, ScanRange range, int limit, ReadPoint at) {
    options.probe().beforeRead();
    List<VersionedRecord> records = new ArrayList<>();
    long bytes = 0;
    try (AsOfScan scan =
        new AsOfScan(
            engine, AsOfScan.Kind.RECORDS, range, at.version(), committer::startedVersion)) {
      while (scan.next()) {
        RecordRow row = live(scan.record(), at);
        if (row == null) {
          continue;
        }
        byte[] key = scan.key();
        records.add(reader.record(entry, Keys.text(key), key, row, at, Set.of()));
        bytes += row.toByteArray().length;
        if (records.size() >= limit || bytes >= PAGE_BYTES_MAX) {
          return new Page<>(records, new PageCursor(PageCursor.Kind.SCAN, at, key).encode(), at);
        }
      }
    }
    return new Page<>(records, null, at);
  }

  @Override
  public Page<HistoryEntry> history(HistoryRequest request) {
    return guarded(
        () -> {
          ReadPoint at;
          long below = Long.MAX_VALUE;
          String cursor = request.cursor();
          if (cursor == null) {
            at = resolveInside(request.asOf());
          } else {
            PageCursor decoded =
                PageCursor.decode(cursor, PageCursor.Kind.HISTORY, parts.lineage());
            at = checked(decoded.readPoint());
            below = decoded.positionVersion();
          }
          byte[] key = TextKeys.key(request.key());
          NamespaceEntry entry = find(request.namespace(), at);
          if (entry == null) {
            return new Page<>(List.of(), null, at);
          }
          List<HistoryEntry> entries =
              reader.history(entry, request.key(), key, at, below, request.limit());
          if (entries.size() < request.limit()) {
            return new Page<>(entries, null, at);
          }
          byte[] position = PageCursor.position(entries.getLast().version());
          return new Page<>(
              entries, new PageCursor(PageCursor.Kind.HISTORY, at, position).encode(), at);
        });
  }

  /** A read point out of a cursor: the caller may have made it up. */
  private ReadPoint checked(ReadPoint at) {
    if (at.version() < 0 || at.version() > committer.visible().version()) {
      throw new ValidationException(
          "the cursor names version "
              + at.version()
              + ", which is not there; begin again without a cursor",
          Map.of("version", Long.toString(at.version())));
    }
    return at;
  }

  @Override
  public List<Namespace> namespaces(ReadPoint at) {
    return guarded(
        () ->
            parts.registry().live(at.version()).stream()
                .map(entry -> entry.describe(at.version()))
                .sorted(Comparator.comparing(Namespace::name))
                .toList());
  }

  @Override
  public Optional<Namespace> namespace(ReadPoint at, String name) {
    return guarded(
        () -> Optional.ofNullable(find(name, at)).map(entry -> entry.describe(at.version())));
  }

  @Override
  public StoreStatistics statistics() {
    return guarded(
        () -> {
          options.probe().beforeRead();
          RocksEngine.EngineStatistics bytes = engine.statistics();
          long version = committer.visible().version();
          return new StoreStatistics(
              version,
              parts.registry().count(version),
              bytes.recordsEstimate(),
              bytes.storageBytes(),
              parts.logBytes(),
              bytes.memoryBytes(),
              committer.queueBytes(),
              committer.commits(),
              committer.groups());
        });
  }

  @Override
  public Optional<Path> indexDirectory() {
    return parts.indexDirectory();
  }

  @Override
  public void readLog(int namespaceId, long after, long upTo, Consumer<Change> sink) {
    guardedRun(
        () -> {
          NamespaceEntry entry = parts.registry().find(namespaceId);
          if (entry == null || after >= upTo) {
            return;
          }
          options.probe().beforeRead();
          byte[] prefix = Keys.namespacePrefix(namespaceId);
          try (RocksCursor cursor = engine.cursor(ColumnFamily.LOG, RocksEngine.CursorUse.SHORT)) {
            for (cursor.seek(Keys.log(namespaceId, after + 1, 0)); cursor.valid(); cursor.next()) {
              byte[] key = cursor.key();
              if (!Keys.startsWith(key, prefix) || Keys.versionOfLog(key) > upTo) {
                break;
              }
              sink.accept(change(entry, Keys.versionOfLog(key), LogRow.parse(cursor.value())));
            }
          }
        });
  }

  private static Change change(NamespaceEntry entry, long version, LogRow row) {
    Set<String> spaces = Set.of();
    if (row.spaces().length > 0) {
      spaces = new HashSet<>();
      for (int space : row.spaces()) {
        spaces.add(entry.space(space).name());
      }
    }
    return new Change(
        version,
        row.delete() ? Operation.DELETE : Operation.UPSERT,
        Keys.text(row.key()),
        row.value(),
        row.metadata(),
        spaces);
  }

  @Override
  public Optional<StoredVector> vector(
      long version, int namespaceId, EmbeddingSpace space, String key) {
    return guarded(
        () -> {
          NamespaceEntry entry = parts.registry().find(namespaceId);
          int spaceId = entry == null ? 0 : entry.spaceId(space.name(), version);
          return entry == null || spaceId == 0
              ? Optional.empty()
              : reader.vector(entry, spaceId, TextKeys.key(key), version);
        });
  }

  @Override
  public void scanVectors(long version, int namespaceId, EmbeddingSpace space, VectorSink sink) {
    guardedRun(
        () -> {
          NamespaceEntry entry = parts.registry().find(namespaceId);
          int spaceId = entry == null ? 0 : entry.spaceId(space.name(), version);
          if (spaceId == 0) {
            return;
          }
          options.probe().beforeRead();
          ScanRange range = ScanRange.ofVectors(namespaceId, spaceId);
          try (AsOfScan scan =
              new AsOfScan(
                  engine, AsOfScan.Kind.VECTORS, range, version, committer::startedVersion)) {
            while (scan.next()) {
              byte[] row = scan.vectorRow();
              if (!sink.accept(
                  Keys.text(scan.key()), VectorRow.version(row), VectorRow.floats(row))) {
                break;
              }
            }
          }
        });
  }

  @Override
  public void scanMetadata(ReadPoint at, String namespace, MetadataSink sink) {
    guardedRun(
        () -> {
          NamespaceEntry entry = find(namespace, at);
          if (entry == null) {
            return;
          }
          options.probe().beforeRead();
          ScanRange range = ScanRange.ofRecords(entry.id(), new byte[0], null, null, null);
          try (AsOfScan scan =
              new AsOfScan(
                  engine, AsOfScan.Kind.RECORDS, range, at.version(), committer::startedVersion)) {
            while (scan.next()) {
              RecordRow row = live(scan.record(), at);
              if (row != null && !sink.accept(Keys.text(scan.key()), row.metadata())) {
                break;
              }
            }
          }
        });
  }

  @Override
  public void onPublish(LongConsumer listener) {
    committer.onPublish(listener);
  }

  @Override
  public void ensureDurable(long version) {
    guardedRun(
        () -> {
          if (committer.durableVersion() < version && !options.readOnly()) {
            options.probe().beforeWrite();
            try {
              engine.sync();
            } catch (StorageFailure e) {
              throw new UnavailableException(
                  "forcing the log to stable storage failed: " + e.getMessage(),
                  Map.of("version", Long.toString(version)),
                  e);
            }
          }
        });
  }

  @Override
  public void close() {
    // The lock makes every closer wait until the store is closed, whoever does it.
    synchronized (closing) {
      if (closed) {
        return;
      }
      gate.closeAndWait();
      parts.close();
      closed = true;
    }
  }

  private @Nullable NamespaceEntry find(String namespace, ReadPoint at) {
    TextKeys.checkNamespace(namespace);
    return parts.registry().find(namespace, at.version());
  }

  private static @Nullable RecordRow live(@Nullable RecordRow row, ReadPoint at) {
    return row == null || row.isExpired(Micros.of(at.instant())) ? null : row;
  }

  private void guardedRun(Runnable call) {
    int stripe = gate.enter();
    try {
      call.run();
    } finally {
      gate.leave(stripe);
    }
  }

  private <T> T guarded(Supplier<T> call) {
    int stripe = gate.enter();
    try {
      return call.get();
    } finally {
      gate.leave(stripe);
    }
  }
}
