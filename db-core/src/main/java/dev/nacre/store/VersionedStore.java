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
import dev.nacre.model.Page;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.commit.GroupCommitter;
import dev.nacre.store.commit.NamespaceEntry;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.PageCursor;
import dev.nacre.store.layout.RecordRow;
import dev.nacre.store.layout.TextKeys;
import dev.nacre.store.rocks.RocksEngine;
import dev.nacre.store.rocks.StorageFailure;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
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
  private final Moments moments;
  private final ViewReads views;
  private final Gate gate = new Gate();
  private final Object closing = new Object();
  private boolean closed;

  private VersionedStore(StoreOptions options, OpenStore parts) {
    this.options = options;
    this.parts = parts;
    this.engine = parts.engine();
    this.committer = parts.committer();
    this.reader = new RecordReader(engine, committer, options.probe());
    this.moments = new Moments(engine, committer, options, parts.lineage());
    this.views = new ViewReads(parts, reader, options.probe());
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
    return guarded(parts::lineage);
  }

  @Override
  public ReadPoint now() {
    return guarded(moments::now);
  }

  @Override
  public ReadPoint resolve(AsOf asOf) {
    return guarded(() -> moments.resolve(asOf));
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
              : Optional.ofNullable(
                      RecordReader.live(reader.row(entry, keyBytes, at.version()), at))
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
      RecordRow row = RecordReader.live(cached.row(), at);
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
            RecordRow row = RecordReader.live(rows.get(i), at);
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
            at = moments.resolve(request.asOf());
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
            engine,
            AsOfScan.Kind.RECORDS,
            range,
            RocksEngine.CursorUse.SHORT,
            at.version(),
            committer::startedVersion)) {
      while (scan.next()) {
        RecordRow row = RecordReader.live(scan.record(), at);
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
            at = moments.resolve(request.asOf());
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
    return options.readOnly() ? Optional.empty() : guarded(parts::indexDirectory);
  }

  @Override
  public void readLog(int namespaceId, long after, long upTo, Consumer<Change> sink) {
    guardedRun(() -> views.readLog(namespaceId, after, upTo, sink));
  }

  @Override
  public Optional<StoredVector> vector(
      long version, int namespaceId, EmbeddingSpace space, String key) {
    return guarded(() -> views.vector(version, namespaceId, space, key));
  }

  @Override
  public void scanVectors(long version, int namespaceId, EmbeddingSpace space, VectorSink sink) {
    guardedRun(() -> views.scanVectors(version, namespaceId, space, sink));
  }

  @Override
  public void scanMetadata(ReadPoint at, String namespace, MetadataSink sink) {
    guardedRun(
        () -> {
          NamespaceEntry entry = find(namespace, at);
          if (entry != null) {
            views.scanMetadata(at, entry, sink);
          }
        });
  }

  @Override
  public void onPublish(LongConsumer listener) {
    guardedRun(() -> committer.onPublish(listener));
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
              // A failed fsync is never retried: the system may have dropped what it could not
              // write.
              committer.stopWriting(e);
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
