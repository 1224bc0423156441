package dev.nacre.store;

import dev.nacre.diff.DiffPage;
import dev.nacre.diff.DiffRequest;
import dev.nacre.error.DatabaseClosedException;
import dev.nacre.error.UnavailableException;
import dev.nacre.error.ValidationException;
import dev.nacre.feed.WatchRequest;
import dev.nacre.maintain.CompactReport;
import dev.nacre.maintain.PurgeRecord;
import dev.nacre.maintain.PurgeRequest;
import dev.nacre.maintain.SweepReport;
import dev.nacre.model.AsOf;
import dev.nacre.model.Change;
import dev.nacre.model.Commit;
import dev.nacre.model.CommitInfo;
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
import dev.nacre.store.layout.RecordRow;
import dev.nacre.store.layout.TextKeys;
import dev.nacre.store.rocks.RocksEngine;
import dev.nacre.store.rocks.StorageFailure;
import dev.nacre.store.sweep.Sweeper;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The store on one RocksDB: every call passes the gate, fixes its version, and is answered by the
 * part that knows how.
 */
final class VersionedStore implements Store {
  private final StoreOptions options;
  private final OpenStore parts;
  private final RocksEngine engine;
  private final GroupCommitter committer;
  private final RecordReader reader;
  private final Moments moments;
  private final PagedReads pages;
  private final CommitReads commits;
  private final ViewReads views;
  private final Pins pins = new Pins();
  private final DiffReads diffs;
  private final FeedReads feeds;
  private final Sweeper sweeper;
  private final Forgetting forgetting;

  /** Threads that are in a callback of a read: closing there would wait for itself. */
  private final Set<Thread> inCallback = ConcurrentHashMap.newKeySet();

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
    this.pages = new PagedReads(parts, reader, moments, options.probe());
    this.commits = new CommitReads(parts, options.probe());
    this.views = new ViewReads(parts, reader, options.probe());
    this.diffs = new DiffReads(parts, reader, moments, options.probe());
    this.feeds = new FeedReads(parts, reader, options.probe());
    this.sweeper =
        new Sweeper(
            engine,
            parts.registry(),
            committer,
            pins::oldestPinned,
            options.clock(),
            options.sweeping().grace());
    this.forgetting = new Forgetting(parts, options, sweeper::between);
  }

  static Store open(StoreOptions options) {
    VersionedStore store = new VersionedStore(options, OpenStore.open(options));
    boolean started = false;
    try {
      if (!options.readOnly()) {
        store.committer.start();
        if (options.sweeping().isOn()) {
          store.sweeper.start(options.sweeping().interval());
        }
      }
      started = true;
      return store;
    } finally {
      // No thread to be had is an Error; the directory must not stay locked.
      if (!started) {
        store.close();
      }
    }
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
  public @Nullable ReadPoint resolveCached(AsOf asOf) {
    int stripe = gate.enter();
    try {
      return moments.resolveCached(asOf);
    } finally {
      gate.leave(stripe);
    }
  }

  @Override
  public CompletableFuture<Commit> commit(
      WriteBatch batch, Durability durability, Duration timeout) {
    int stripe;
    try {
      stripe = gate.enter();
    } catch (DatabaseClosedException e) {
      return CompletableFuture.failedFuture(e);
    }
    try {
      if (options.readOnly()) {
        return CompletableFuture.failedFuture(
            new UnavailableException(
                "the store was opened read-only: nothing was written", Map.of("outcome", "none")));
      }
      batch.check().ifPresent(check -> moments.check(check.readPoint()));
      return committer.submit(batch, durability, timeout);
    } catch (ValidationException e) {
      return CompletableFuture.failedFuture(e);
    } finally {
      gate.leave(stripe);
    }
  }

  @Override
  public Optional<VersionedRecord> get(
      ReadPoint at, String namespace, String key, Set<String> spaces) {
    return guarded(
        () -> {
          moments.check(at);
          byte[] keyBytes = TextKeys.key(key);
          NamespaceEntry entry = find(namespace, at);
          return entry == null
              ? Optional.empty()
              : RecordReader.again(
                  () ->
                      Optional.ofNullable(
                              RecordReader.live(reader.row(entry, keyBytes, at.version()), at))
                          .map(row -> reader.record(entry, key, keyBytes, row, at, spaces)));
        });
  }

  @Override
  public CachedRead getCached(ReadPoint at, String namespace, String key) {
    int stripe = gate.enter();
    try {
      moments.check(at);
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
          moments.check(at);
          List<byte[]> keyBytes = keys.stream().map(TextKeys::key).toList();
          NamespaceEntry entry = find(namespace, at);
          return entry == null
              ? Collections.nCopies(keys.size(), Optional.empty())
              : RecordReader.again(() -> getAll(at, entry, keys, keyBytes, spaces));
        });
  }

  private List<Optional<VersionedRecord>> getAll(
      ReadPoint at,
      NamespaceEntry entry,
      List<String> keys,
      List<byte[]> keyBytes,
      Set<String> spaces) {
    List<@Nullable RecordRow> rows = reader.rows(entry, keyBytes, at.version());
    List<Optional<VersionedRecord>> records = new ArrayList<>(rows.size());
    for (int i = 0; i < rows.size(); i++) {
      RecordRow row = RecordReader.live(rows.get(i), at);
      records.add(
          row == null
              ? Optional.empty()
              : Optional.of(reader.record(entry, keys.get(i), keyBytes.get(i), row, at, spaces)));
    }
    return records;
  }

  @Override
  public Page<VersionedRecord> scan(ScanRequest request) {
    return guarded(() -> pages.scan(request));
  }

  @Override
  public Page<HistoryEntry> history(HistoryRequest request) {
    return guarded(() -> commits.withAttributes(pages.history(request)));
  }

  @Override
  public Page<VersionedRecord> scan(ReadPoint at, ScanRequest request) {
    return guarded(
        () -> {
          moments.check(at);
          return pages.scan(at, request);
        });
  }

  @Override
  public Optional<CommitInfo> commitInfo(long version) {
    return guarded(() -> commits.info(version));
  }

  @Override
  public List<Namespace> namespaces(ReadPoint at) {
    return guarded(
        () -> {
          moments.check(at);
          return parts.registry().live(at.version()).stream()
              .map(entry -> entry.describe(at.version()))
              .sorted(Comparator.comparing(Namespace::name))
              .toList();
        });
  }

  @Override
  public Optional<Namespace> namespace(ReadPoint at, String name) {
    return guarded(
        () -> {
          moments.check(at);
          return Optional.ofNullable(find(name, at)).map(entry -> entry.describe(at.version()));
        });
  }

  @Override
  public Pin pin(AsOf asOf) {
    return guarded(() -> pins.pin(null, this::visibleVersion, () -> moments.resolve(asOf)));
  }

  @Override
  public Pin pin(AsOf asOf, String namespace) {
    return guarded(() -> pins.pin(namespace, this::visibleVersion, () -> moments.resolve(asOf)));
  }

  @Override
  public OptionalLong oldestPinned() {
    return guarded(pins::oldestPinned);
  }

  @Override
  public DiffPage diff(DiffRequest request) {
    return guarded(() -> diffs.diff(request));
  }

  @Override
  public FeedPage readFeed(WatchRequest request, FeedPosition after, long until) {
    return guarded(() -> feeds.read(request, after, until));
  }

  @Override
  public Optional<Set<String>> touchedNamespaces(long after, long upTo) {
    return guarded(() -> feeds.touched(after, upTo));
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
              committer.groups(),
              committer.groupWrites(),
              sweeper.statistics());
        });
  }

  @Override
  public Optional<Path> indexDirectory() {
    return guarded(() -> options.readOnly() ? Optional.empty() : parts.indexDirectory());
  }

  @Override
  public void readLog(int namespaceId, long after, long upTo, Consumer<Change> sink) {
    guardedCallback(
        () -> {
          // Beyond the visible version there is nothing after it; below zero there is no version.
          moments.checkVersion(Math.min(after, 0));
          moments.checkVersion(upTo);
          views.readLog(namespaceId, after, upTo, sink);
        });
  }

  @Override
  public Optional<StoredVector> vector(
      long version, int namespaceId, EmbeddingSpace space, String key) {
    return guarded(
        () -> {
          moments.checkVersion(version);
          return views.vector(version, namespaceId, space, key);
        });
  }

  @Override
  public void scanVectors(long version, int namespaceId, EmbeddingSpace space, VectorSink sink) {
    guardedCallback(
        () -> {
          moments.checkVersion(version);
          views.scanVectors(version, namespaceId, space, sink);
        });
  }

  @Override
  public void scanVectorIntervals(
      long first, long last, int namespaceId, EmbeddingSpace space, VectorIntervalSink sink) {
    guardedCallback(
        () -> {
          moments.checkVersion(first);
          moments.checkVersion(last);
          views.scanVectorIntervals(first, last, namespaceId, space, sink);
        });
  }

  @Override
  public void scanVectorChanges(
      long after, long upTo, int namespaceId, EmbeddingSpace space, LongPredicate sink) {
    guardedCallback(
        () -> {
          moments.checkVersion(Math.min(after, 0));
          moments.checkVersion(upTo);
          views.scanVectorChanges(after, upTo, namespaceId, space, sink);
        });
  }

  @Override
  public long oldestReadable(int namespaceId) {
    return guarded(() -> views.oldestReadable(namespaceId));
  }

  @Override
  public void checkReadable(long version, int namespaceId) {
    guardedRun(() -> views.checkReadable(version, namespaceId));
  }

  @Override
  public void scanMetadata(ReadPoint at, String namespace, MetadataSink sink) {
    guardedCallback(
        () -> {
          moments.check(at);
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
            if (committer.isDiskFull()) {
              // A log that could not be written must not be forced: RocksDB takes it for fatal.
              throw new UnavailableException(
                  "the disk is full: the log cannot be forced to stable storage; free space and retry",
                  Map.of("reason", "diskFull", "version", Long.toString(version)));
            }
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
  public Optional<Path> directory() {
    return guarded(parts::directory);
  }

  @Override
  public void reached(StorageProbe.Step step) {
    options.probe().reached(step);
  }

  @Override
  public void checkpoint(Path target) {
    guardedRun(() -> StoreMaintenance.checkpoint(parts, options, target));
  }

  @Override
  public CompactReport compact() {
    return guarded(() -> StoreMaintenance.compact(parts, options));
  }

  @Override
  public SweepReport sweep(BooleanSupplier stop) {
    return guarded(
        () -> {
          StoreMaintenance.refuseUnlessOwned(options, "a sweep");
          options.probe().beforeRead();
          return sweeper.sweep(stop);
        });
  }

  @Override
  public PurgeRecord purge(PurgeRequest request, IntConsumer dropViews) {
    return guarded(() -> forgetting.purge(request, dropViews));
  }

  @Override
  public Runnable holdPurges() {
    return guarded(forgetting::hold);
  }

  @Override
  public void resumePurges(IntConsumer dropViews) {
    guardedRun(() -> forgetting.resume(dropViews));
  }

  @Override
  public boolean hasPendingPurge() {
    return guarded(forgetting::isPending);
  }

  @Override
  public List<PurgeRecord> purges() {
    return guarded(forgetting::all);
  }

  @Override
  public long purgedVersion(int namespaceId) {
    return guarded(() -> forgetting.newest(namespaceId));
  }

  @Override
  public void checkNotPurged(ReadPoint at, long heldSince, String namespace) {
    guardedRun(() -> forgetting.check(at, heldSince, namespace));
  }

  @Override
  public void rememberBackup(Path directory, long version) {
    guardedRun(() -> forgetting.rememberBackup(directory, version));
  }

  @Override
  public Map<Path, Long> backupDirectories() {
    return guarded(forgetting::backupDirectories);
  }

  @Override
  public void close() {
    if (committer.isCommitterThread() || inCallback.contains(Thread.currentThread())) {
      throw new IllegalStateException(
          "close() was called from a listener or sink of the same store and would wait for itself;"
              + " call it from another thread, or when the read has returned");
    }
    // The lock makes every closer wait until the store is closed, whoever does it.
    synchronized (closing) {
      if (closed) {
        return;
      }
      sweeper.stop();
      gate.closeAndWait();
      sweeper.awaitEnd();
      // Also when closing fails: closing again would reach RocksDB when it is gone.
      closed = true;
      parts.close();
    }
  }

  private long visibleVersion() {
    return committer.visible().version();
  }

  private @Nullable NamespaceEntry find(String namespace, ReadPoint at) {
    TextKeys.checkNamespace(namespace);
    return parts.registry().find(namespace, at.version());
  }

  /** A read that calls its caller back. */
  private void guardedCallback(Runnable call) {
    guardedRun(
        () -> {
          // A callback may read with a callback again: only the outermost one takes the mark away.
          boolean outermost = inCallback.add(Thread.currentThread());
          try {
            call.run();
          } finally {
            if (outermost) {
              inCallback.remove(Thread.currentThread());
            }
          }
        });
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
