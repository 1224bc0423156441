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
import dev.nacre.model.CommitInfo;
import dev.nacre.model.HistoryEntry;
import dev.nacre.model.HistoryRequest;
import dev.nacre.model.Namespace;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Page;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.WriteBatch;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Makes cold publishers of the futures of any {@link Database}, a remote one too. */
final class ReactiveOverFutures implements ReactiveDatabase {
  private final Database database;

  ReactiveOverFutures(Database database) {
    this.database = database;
  }

  @Override
  public Mono<Commit> put(String namespace, String key, Value value) {
    return put(PutRequest.of(namespace, key, value));
  }

  @Override
  public Mono<Commit> put(PutRequest request) {
    requireNonNull(request, "request");
    return mono(() -> database.put(request));
  }

  @Override
  public Mono<Commit> embed(String namespace, String key, float... vector) {
    requireNonNull(namespace, "namespace");
    requireNonNull(key, "key");
    float[] copied = requireNonNull(vector, "vector").clone();
    return mono(() -> database.embed(namespace, key, copied));
  }

  @Override
  public Mono<Commit> embed(EmbedRequest request) {
    requireNonNull(request, "request");
    return mono(() -> database.embed(request));
  }

  @Override
  public Mono<Commit> delete(String namespace, String key) {
    return delete(DeleteRequest.of(namespace, key));
  }

  @Override
  public Mono<Commit> delete(DeleteRequest request) {
    requireNonNull(request, "request");
    return mono(() -> database.delete(request));
  }

  @Override
  public Mono<Commit> batch(WriteBatch batch) {
    return batch(BatchRequest.of(batch));
  }

  @Override
  public Mono<Commit> batch(BatchRequest request) {
    requireNonNull(request, "request");
    return mono(() -> database.batch(request));
  }

  @Override
  public Mono<VersionedRecord> get(String namespace, String key) {
    return get(GetRequest.of(namespace, key));
  }

  @Override
  public Mono<VersionedRecord> get(GetRequest request) {
    requireNonNull(request, "request");
    return mono(() -> database.get(request)).flatMap(Mono::justOrEmpty);
  }

  @Override
  public Mono<VersionedRecord> require(String namespace, String key) {
    return require(GetRequest.of(namespace, key));
  }

  @Override
  public Mono<VersionedRecord> require(GetRequest request) {
    requireNonNull(request, "request");
    return mono(() -> database.require(request));
  }

  @Override
  public Mono<Boolean> contains(String namespace, String key) {
    return contains(GetRequest.of(namespace, key));
  }

  @Override
  public Mono<Boolean> contains(GetRequest request) {
    requireNonNull(request, "request");
    return mono(() -> database.contains(request));
  }

  @Override
  public Mono<List<Optional<VersionedRecord>>> getAll(String namespace, List<String> keys) {
    requireNonNull(namespace, "namespace");
    List<String> copied = Parts.list(keys, "keys");
    return mono(() -> database.getAll(namespace, copied));
  }

  @Override
  public Mono<List<Optional<VersionedRecord>>> getAll(GetAllRequest request) {
    requireNonNull(request, "request");
    return mono(() -> database.getAll(request));
  }

  @Override
  public Mono<SearchResult> similar(String namespace, float... vector) {
    return similar(
        SearchRequest.byVector(
            requireNonNull(namespace, "namespace"), requireNonNull(vector, "vector")));
  }

  @Override
  public Mono<SearchResult> similar(SearchRequest request) {
    requireNonNull(request, "request");
    return mono(() -> database.similar(request));
  }

  @Override
  public Flux<VersionedRecord> scan(String namespace) {
    return flux(database.scan(namespace));
  }

  @Override
  public Flux<VersionedRecord> scan(ScanRequest request) {
    return flux(database.scan(request));
  }

  @Override
  public Mono<Page<VersionedRecord>> scanPage(ScanRequest request) {
    requireNonNull(request, "request");
    return mono(() -> database.scanPage(request));
  }

  @Override
  public Mono<Page<HistoryEntry>> history(String namespace, String key) {
    requireNonNull(namespace, "namespace");
    requireNonNull(key, "key");
    return mono(() -> database.history(namespace, key));
  }

  @Override
  public Mono<Page<HistoryEntry>> history(HistoryRequest request) {
    requireNonNull(request, "request");
    return mono(() -> database.history(request));
  }

  @Override
  public Mono<Snapshot> snapshot() {
    return closedWhenDiscarded(mono(database::snapshot));
  }

  @Override
  public Mono<Snapshot> snapshot(AsOf asOf) {
    requireNonNull(asOf, "asOf");
    return closedWhenDiscarded(mono(() -> database.snapshot(asOf)));
  }

  private static Mono<Snapshot> closedWhenDiscarded(Mono<Snapshot> snapshot) {
    return snapshot.doOnDiscard(Snapshot.class, Snapshot::close);
  }

  @Override
  public Mono<DiffPage> diff(DiffRequest request) {
    requireNonNull(request, "request");
    return mono(() -> database.diff(request));
  }

  @Override
  public Mono<Commit> restore(String namespace, String key, AsOf asOf) {
    return restore(RestoreRequest.of(namespace, key, asOf));
  }

  @Override
  public Mono<Commit> restore(RestoreRequest request) {
    requireNonNull(request, "request");
    return mono(() -> database.restore(request));
  }

  @Override
  public Flux<ChangeEvent> watch(WatchRequest request) {
    return flux(database.watch(request));
  }

  @Override
  public Mono<List<Namespace>> namespaces() {
    return mono(database::namespaces);
  }

  @Override
  public Mono<List<Namespace>> namespaces(AsOf asOf) {
    requireNonNull(asOf, "asOf");
    return mono(() -> database.namespaces(asOf));
  }

  @Override
  public Mono<Commit> configure(String namespace, NamespaceOptions options) {
    requireNonNull(namespace, "namespace");
    requireNonNull(options, "options");
    return mono(() -> database.configure(namespace, options));
  }

  @Override
  public Mono<Commit> deleteNamespace(String namespace) {
    requireNonNull(namespace, "namespace");
    return mono(() -> database.deleteNamespace(namespace));
  }

  @Override
  public <T extends @Nullable Object> Mono<TransactionResult<T>> transaction(
      TransactionFunction<T> function) {
    return transaction(TransactionOptions.DEFAULT, function);
  }

  @Override
  public <T extends @Nullable Object> Mono<TransactionResult<T>> transaction(
      TransactionOptions options, TransactionFunction<T> function) {
    requireNonNull(options, "options");
    requireNonNull(function, "function");
    return mono(() -> database.transaction(options, function));
  }

  @Override
  public Mono<CommitInfo> commit(long version) {
    return mono(() -> database.commit(version)).flatMap(Mono::justOrEmpty);
  }

  @Override
  public Mono<DatabaseStats> stats() {
    return mono(database::stats);
  }

  // ---- Looking after it.

  @Override
  public Mono<Backup> backup(BackupRequest request) {
    requireNonNull(request, "request");
    return mono(() -> database.backup(request));
  }

  @Override
  public Mono<ExportReport> exportLines(ExportRequest request) {
    requireNonNull(request, "request");
    return mono(() -> database.exportLines(request));
  }

  @Override
  public Mono<ImportReport> importLines(ImportRequest request) {
    requireNonNull(request, "request");
    return mono(() -> database.importLines(request));
  }

  @Override
  public Mono<ExportReport> exportArrow(ExportRequest request) {
    requireNonNull(request, "request");
    return mono(() -> database.exportArrow(request));
  }

  @Override
  public Mono<ImportReport> importArrow(ImportRequest request) {
    requireNonNull(request, "request");
    return mono(() -> database.importArrow(request));
  }

  @Override
  public Mono<PurgeReport> purge(PurgeRequest request) {
    requireNonNull(request, "request");
    return mono(() -> database.purge(request));
  }

  @Override
  public Mono<List<PurgeReport>> purges() {
    return mono(database::purges);
  }

  @Override
  public Mono<CompactReport> compact() {
    return mono(database::compact);
  }

  @Override
  public Mono<SweepReport> sweep() {
    return mono(database::sweep);
  }

  private static <T> Mono<T> mono(Supplier<CompletableFuture<T>> call) {
    return Mono.fromFuture(call);
  }

  private static <T> Flux<T> flux(Flow.Publisher<T> items) {
    return JdkFlowAdapter.flowPublisherToFlux(items);
  }
}
