package dev.nacre;

import static java.util.Objects.requireNonNull;

import dev.nacre.diff.DiffPage;
import dev.nacre.diff.DiffRequest;
import dev.nacre.feed.ChangeEvent;
import dev.nacre.feed.WatchRequest;
import dev.nacre.maintain.Backup;
import dev.nacre.maintain.BackupRequest;
import dev.nacre.maintain.CompactReport;
import dev.nacre.maintain.ExportReport;
import dev.nacre.maintain.ExportRequest;
import dev.nacre.maintain.ImportReport;
import dev.nacre.maintain.ImportRequest;
import dev.nacre.maintain.PurgeReport;
import dev.nacre.maintain.PurgeRequest;
import dev.nacre.maintain.SweepReport;
import dev.nacre.model.AsOf;
import dev.nacre.model.Commit;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.CommitInfo;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.HistoryEntry;
import dev.nacre.model.HistoryRequest;
import dev.nacre.model.Namespace;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Page;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.runtime.Call;
import dev.nacre.runtime.Dispatcher;
import dev.nacre.runtime.DispatcherOptions;
import dev.nacre.runtime.EngineStatistics;
import dev.nacre.runtime.ScanPublisher;
import dev.nacre.runtime.WatchPublisher;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.Sweeping;
import dev.nacre.vector.VectorOptions;
import dev.nacre.vector.VectorStatistics;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A database in this process: turns requests into calls and hands them to the dispatcher. */
final class EmbeddedDatabase implements Database {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedDatabase.class);

  private final Dispatcher dispatcher;
  private final Durability durability;
  private final Duration timeout;
  private final long batchBytes;
  private final Clock clock;

  private EmbeddedDatabase(Dispatcher dispatcher, DatabaseOptions options) {
    this.dispatcher = dispatcher;
    this.durability = options.durability();
    this.timeout = options.timeout();
    this.batchBytes = options.limits().batchBytes();
    this.clock = options.clock();
  }

  static EmbeddedDatabase open(DatabaseOptions options) {
    return open(options, UnaryOperator.identity());
  }

  /** Opens with options of the store that are not public; tests stall and fail storage by them. */
  static EmbeddedDatabase open(DatabaseOptions options, UnaryOperator<StoreOptions> change) {
    Dispatcher dispatcher =
        Dispatcher.open(
            change.apply(storeOptions(options)),
            new VectorOptions(
                options.similarity(), options.vectorBytes(), options.graphThreshold()),
            options.embedder(),
            new DispatcherOptions(options.readThreads(), options.readQueue(), options.timeout()));
    LOG.atInfo()
        .addKeyValue("directory", options.directory())
        .addKeyValue("readOnly", options.readOnly())
        .log("opened {}", options);
    return new EmbeddedDatabase(dispatcher, options);
  }

  private static StoreOptions storeOptions(DatabaseOptions options) {
    Path directory = options.directory();
    StoreOptions store =
        (directory == null ? StoreOptions.inMemory() : StoreOptions.in(directory))
            .withBlockCacheBytes(options.blockCacheBytes())
            .withWriteBufferBytes(options.writeBufferBytes())
            .withQueueBytes(options.writeQueueBytes())
            .withLimits(options.limits())
            .withIdempotencyRetention(options.idempotencyRetention())
            .withSweeping(Sweeping.DEFAULT.every(options.sweepInterval()))
            .withClock(options.clock());
    return options.readOnly() ? store.asReadOnly() : store;
  }

  @Override
  public CompletableFuture<Commit> put(String namespace, String key, Value value) {
    return put(PutRequest.of(namespace, key, value));
  }

  @Override
  public CompletableFuture<Commit> put(PutRequest request) {
    requireNonNull(request, "request");
    String text = request.embedText();
    return text == null
        ? commit(request.write(), request.attributes(), request.options())
        : dispatcher.execute(
            new Call.PutText(
                request.write(),
                text,
                request.attributes(),
                durability(request.options()),
                timeout(request.options())));
  }

  @Override
  public CompletableFuture<Commit> embed(String namespace, String key, float... vector) {
    requireNonNull(namespace, "namespace");
    requireNonNull(key, "key");
    requireNonNull(vector, "vector");
    return dispatcher.executePrepared(
        "embed", () -> given(EmbedRequest.of(namespace, key, Embedding.of(vector))));
  }

  @Override
  public CompletableFuture<Commit> embed(EmbedRequest request) {
    requireNonNull(request, "request");
    return dispatcher.execute(given(request));
  }

  private Call<Commit> given(EmbedRequest request) {
    return switch (request.source()) {
      case EmbedRequest.Source.Given given ->
          call(request.write(List.of(given.embedding())), request.attributes(), request.options());
      case EmbedRequest.Source.Text text ->
          new Call.PutText(
              request.write(List.of()),
              text.text(),
              request.attributes(),
              durability(request.options()),
              timeout(request.options()));
    };
  }

  @Override
  public CompletableFuture<Commit> delete(String namespace, String key) {
    return delete(DeleteRequest.of(namespace, key));
  }

  @Override
  public CompletableFuture<Commit> delete(DeleteRequest request) {
    requireNonNull(request, "request");
    return commit(request.write(), request.attributes(), request.options());
  }

  @Override
  public CompletableFuture<Commit> batch(WriteBatch batch) {
    return batch(BatchRequest.of(batch));
  }

  @Override
  public CompletableFuture<Commit> batch(BatchRequest request) {
    requireNonNull(request, "request");
    return dispatcher.execute(
        new Call.Put(request.batch(), durability(request.options()), timeout(request.options())));
  }

  @Override
  public CompletableFuture<Optional<VersionedRecord>> get(String namespace, String key) {
    return get(GetRequest.of(namespace, key));
  }

  @Override
  public CompletableFuture<Optional<VersionedRecord>> get(GetRequest request) {
    return dispatcher.execute(read(request));
  }

  @Override
  public CompletableFuture<VersionedRecord> require(String namespace, String key) {
    return require(GetRequest.of(namespace, key));
  }

  @Override
  public CompletableFuture<VersionedRecord> require(GetRequest request) {
    return dispatcher.execute(new Call.Require(read(request)));
  }

  @Override
  public CompletableFuture<Boolean> contains(String namespace, String key) {
    return contains(GetRequest.of(namespace, key));
  }

  @Override
  public CompletableFuture<Boolean> contains(GetRequest request) {
    return dispatcher.execute(new Call.Contains(read(request)));
  }

  private static Call.Get read(GetRequest request) {
    requireNonNull(request, "request");
    return new Call.Get(request.namespace(), request.key(), request.asOf(), request.spaces());
  }

  @Override
  public CompletableFuture<List<Optional<VersionedRecord>>> getAll(
      String namespace, List<String> keys) {
    requireNonNull(namespace, "namespace");
    List<String> copied = Parts.list(keys, "keys");
    return dispatcher.executePrepared("getAll", () -> read(GetAllRequest.of(namespace, copied)));
  }

  @Override
  public CompletableFuture<List<Optional<VersionedRecord>>> getAll(GetAllRequest request) {
    requireNonNull(request, "request");
    return dispatcher.execute(read(request));
  }

  private static Call.GetAll read(GetAllRequest request) {
    return new Call.GetAll(request.namespace(), request.keys(), request.asOf(), request.spaces());
  }

  @Override
  public CompletableFuture<SearchResult> similar(String namespace, float... vector) {
    requireNonNull(namespace, "namespace");
    requireNonNull(vector, "vector");
    return similar(SearchRequest.byVector(namespace, vector));
  }

  @Override
  public CompletableFuture<SearchResult> similar(SearchRequest request) {
    requireNonNull(request, "request");
    return dispatcher.execute(
        request.text().isPresent() ? new Call.SimilarText(request) : new Call.Similar(request));
  }

  @Override
  public Flow.Publisher<VersionedRecord> scan(String namespace) {
    return scan(ScanRequest.of(requireNonNull(namespace, "namespace")));
  }

  @Override
  public Flow.Publisher<VersionedRecord> scan(ScanRequest request) {
    return new ScanPublisher(dispatcher, requireNonNull(request, "request"));
  }

  @Override
  public CompletableFuture<Page<VersionedRecord>> scanPage(ScanRequest request) {
    return dispatcher.execute(new Call.Scan(requireNonNull(request, "request")));
  }

  @Override
  public CompletableFuture<Page<HistoryEntry>> history(String namespace, String key) {
    return history(
        HistoryRequest.of(requireNonNull(namespace, "namespace"), requireNonNull(key, "key")));
  }

  @Override
  public CompletableFuture<Page<HistoryEntry>> history(HistoryRequest request) {
    return dispatcher.execute(new Call.History(requireNonNull(request, "request")));
  }

  @Override
  public CompletableFuture<Snapshot> snapshot() {
    return snapshot(AsOf.now());
  }

  @Override
  public CompletableFuture<Snapshot> snapshot(AsOf asOf) {
    return dispatcher.execute(
        new Call.TakePin<Snapshot>(
            requireNonNull(asOf, "asOf"),
            pin -> new EmbeddedSnapshot(dispatcher, pin),
            Snapshot::close));
  }

  @Override
  public CompletableFuture<DiffPage> diff(DiffRequest request) {
    return dispatcher.execute(new Call.Diff(requireNonNull(request, "request")));
  }

  @Override
  public CompletableFuture<Commit> restore(String namespace, String key, AsOf asOf) {
    return restore(RestoreRequest.of(namespace, key, asOf));
  }

  @Override
  public CompletableFuture<Commit> restore(RestoreRequest request) {
    requireNonNull(request, "request");
    return dispatcher.execute(
        new Call.Restore(
            request.namespace(),
            request.key(),
            request.prefix(),
            request.asOf(),
            request.condition(),
            request.expiry(),
            request.attributes(),
            durability(request.options()),
            timeout(request.options()),
            batchBytes));
  }

  @Override
  public Flow.Publisher<ChangeEvent> watch(WatchRequest request) {
    return new WatchPublisher(dispatcher, requireNonNull(request, "request"));
  }

  @Override
  public CompletableFuture<List<Namespace>> namespaces() {
    return namespaces(AsOf.now());
  }

  @Override
  public CompletableFuture<List<Namespace>> namespaces(AsOf asOf) {
    return dispatcher.execute(new Call.Namespaces(requireNonNull(asOf, "asOf")));
  }

  @Override
  public CompletableFuture<Commit> configure(String namespace, NamespaceOptions options) {
    return commit(
        new Write.Configure(
            requireNonNull(namespace, "namespace"), requireNonNull(options, "options")),
        CommitAttributes.NONE,
        WriteOptions.DEFAULT);
  }

  @Override
  public CompletableFuture<Commit> deleteNamespace(String namespace) {
    return commit(
        new Write.DeleteNamespace(requireNonNull(namespace, "namespace")),
        CommitAttributes.NONE,
        WriteOptions.DEFAULT);
  }

  @Override
  public <T extends @Nullable Object> CompletableFuture<TransactionResult<T>> transaction(
      TransactionOptions options, TransactionFunction<T> function) {
    requireNonNull(options, "options");
    requireNonNull(function, "function");
    return TransactionRun.begin(
        dispatcher, function, options, durability(options.options()), timeout(options.options()));
  }

  @Override
  public CompletableFuture<Optional<CommitInfo>> commit(long version) {
    return dispatcher.execute(new Call.CommitOf(version));
  }

  @Override
  public CompletableFuture<DatabaseStats> stats() {
    return dispatcher.execute(new Call.Statistics<>(this::stats));
  }

  private DatabaseStats stats(EngineStatistics engines) {
    var store = engines.store();
    return new DatabaseStats(
        engines.readPoint(),
        new DatabaseStats.Storage(
            store.namespaces(),
            store.recordsEstimate(),
            store.storageBytes(),
            store.logBytes(),
            store.memoryBytes(),
            store.queueBytes(),
            store.commits(),
            store.groups(),
            store.sweeps()),
        engines.search().map(EmbeddedDatabase::search).orElse(null),
        new DatabaseStats.Calls(
            dispatcher.callsInFlight(), dispatcher.readsWaiting(), dispatcher.readThreads()),
        new DatabaseStats.Timings(
            store.groupWrites(),
            dispatcher.reads(),
            dispatcher.readsFromMemory(),
            dispatcher.searches()));
  }

  private static DatabaseStats.@Nullable Search search(VectorStatistics search) {
    return new DatabaseStats.Search(
        search.provider(),
        search.activeSpaces(),
        search.blockBytes(),
        search.graphs(),
        search.graphVectors(),
        search.buildingGraphs(),
        search.lag());
  }

  // ---- Looking after it.

  @Override
  public CompletableFuture<Backup> backup(BackupRequest request) {
    return dispatcher.execute(new Call.BackUp(requireNonNull(request, "request"), clock));
  }

  @Override
  public CompletableFuture<ExportReport> exportLines(ExportRequest request) {
    return dispatcher.execute(new Call.ExportLines(requireNonNull(request, "request")));
  }

  @Override
  public CompletableFuture<ImportReport> importLines(ImportRequest request) {
    return dispatcher.execute(new Call.ImportLines(requireNonNull(request, "request")));
  }

  @Override
  public CompletableFuture<ExportReport> exportArrow(ExportRequest request) {
    return dispatcher.execute(new Call.ExportArrow(requireNonNull(request, "request")));
  }

  @Override
  public CompletableFuture<ImportReport> importArrow(ImportRequest request) {
    return dispatcher.execute(new Call.ImportArrow(requireNonNull(request, "request")));
  }

  @Override
  public CompletableFuture<PurgeReport> purge(PurgeRequest request) {
    return dispatcher.execute(new Call.Purge(requireNonNull(request, "request")));
  }

  @Override
  public CompletableFuture<List<PurgeReport>> purges() {
    return dispatcher.execute(new Call.Purges());
  }

  @Override
  public CompletableFuture<CompactReport> compact() {
    return dispatcher.execute(new Call.Compact());
  }

  @Override
  public CompletableFuture<SweepReport> sweep() {
    return dispatcher.execute(new Call.Sweep());
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    return dispatcher.closeAsync();
  }

  @Override
  public void close() {
    dispatcher.close();
  }

  private CompletableFuture<Commit> commit(
      Write write, CommitAttributes attributes, WriteOptions options) {
    return dispatcher.execute(call(write, attributes, options));
  }

  private Call<Commit> call(Write write, CommitAttributes attributes, WriteOptions options) {
    return new Call.Put(
        WriteBatch.of(List.of(write), attributes), durability(options), timeout(options));
  }

  private Durability durability(WriteOptions options) {
    Durability stated = options.durability();
    return stated == null ? durability : stated;
  }

  private Duration timeout(WriteOptions options) {
    Duration stated = options.timeout();
    return stated == null ? timeout : stated;
  }
}
