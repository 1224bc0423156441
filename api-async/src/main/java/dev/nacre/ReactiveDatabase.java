package dev.nacre;

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
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The verbs of {@link Database} for Reactor; what they mean is said there.
 *
 * <p>Everything is cold: each subscription is a call of its own, and nothing happens before.
 * Cancelling a subscription cancels the call as {@link Database} says, so a write may still be
 * committed. Failures arrive as {@code onError} with a {@code dev.nacre.error.NacreException}, not
 * wrapped. A null argument throws at assembly. Signals arrive on the threads that {@link Database}
 * names: a subscriber that blocks moves away with {@code publishOn}.
 */
public interface ReactiveDatabase {

  /** See {@link Database#put(String, String, Value)}. */
  Mono<Commit> put(String namespace, String key, Value value);

  /** See {@link Database#put(PutRequest)}. */
  Mono<Commit> put(PutRequest request);

  /** See {@link Database#embed(String, String, float...)}; the vector is copied at assembly. */
  Mono<Commit> embed(String namespace, String key, float... vector);

  /** See {@link Database#embed(EmbedRequest)}. */
  Mono<Commit> embed(EmbedRequest request);

  /** See {@link Database#delete(String, String)}. */
  Mono<Commit> delete(String namespace, String key);

  /** See {@link Database#delete(DeleteRequest)}. */
  Mono<Commit> delete(DeleteRequest request);

  /** See {@link Database#batch(WriteBatch)}. */
  Mono<Commit> batch(WriteBatch batch);

  /** See {@link Database#batch(BatchRequest)}. */
  Mono<Commit> batch(BatchRequest request);

  /** See {@link Database#get(String, String)}; completes empty when there is no record. */
  Mono<VersionedRecord> get(String namespace, String key);

  /** See {@link Database#get(GetRequest)}; completes empty when there is no record. */
  Mono<VersionedRecord> get(GetRequest request);

  /** See {@link Database#require(String, String)}. */
  Mono<VersionedRecord> require(String namespace, String key);

  /** See {@link Database#require(GetRequest)}. */
  Mono<VersionedRecord> require(GetRequest request);

  /** See {@link Database#contains(String, String)}. */
  Mono<Boolean> contains(String namespace, String key);

  /** See {@link Database#contains(GetRequest)}. */
  Mono<Boolean> contains(GetRequest request);

  /** See {@link Database#getAll(String, List)}. */
  Mono<List<Optional<VersionedRecord>>> getAll(String namespace, List<String> keys);

  /** See {@link Database#getAll(GetAllRequest)}. */
  Mono<List<Optional<VersionedRecord>>> getAll(GetAllRequest request);

  /** See {@link Database#similar(String, float...)}; the vector is copied at assembly. */
  Mono<SearchResult> similar(String namespace, float... vector);

  /** See {@link Database#similar(SearchRequest)}. */
  Mono<SearchResult> similar(SearchRequest request);

  /** See {@link Database#scan(String)}. */
  Flux<VersionedRecord> scan(String namespace);

  /** See {@link Database#scan(ScanRequest)}. */
  Flux<VersionedRecord> scan(ScanRequest request);

  /** See {@link Database#scanPage}. */
  Mono<Page<VersionedRecord>> scanPage(ScanRequest request);

  /** See {@link Database#history(String, String)}. */
  Mono<Page<HistoryEntry>> history(String namespace, String key);

  /** See {@link Database#history(HistoryRequest)}. */
  Mono<Page<HistoryEntry>> history(HistoryRequest request);

  /**
   * See {@link Database#snapshot()}. A snapshot that is cancelled on its way is closed; one that
   * arrives is the subscriber's to close, best by {@code Flux.usingWhen}.
   */
  Mono<Snapshot> snapshot();

  /** See {@link #snapshot()} and {@link Database#snapshot(AsOf)}. */
  Mono<Snapshot> snapshot(AsOf asOf);

  /** See {@link Database#diff}. */
  Mono<DiffPage> diff(DiffRequest request);

  /** See {@link Database#restore(String, String, AsOf)}. */
  Mono<Commit> restore(String namespace, String key, AsOf asOf);

  /** See {@link Database#restore(RestoreRequest)}. */
  Mono<Commit> restore(RestoreRequest request);

  /** See {@link Database#watch}. */
  Flux<ChangeEvent> watch(WatchRequest request);

  /** See {@link Database#namespaces()}. */
  Mono<List<Namespace>> namespaces();

  /** See {@link Database#namespaces(AsOf)}. */
  Mono<List<Namespace>> namespaces(AsOf asOf);

  /** See {@link Database#configure}. */
  Mono<Commit> configure(String namespace, NamespaceOptions options);

  /** See {@link Database#deleteNamespace}. */
  Mono<Commit> deleteNamespace(String namespace);

  /** See {@link Database#transaction(TransactionFunction)}. */
  <T extends @Nullable Object> Mono<TransactionResult<T>> transaction(
      TransactionFunction<T> function);

  /** See {@link Database#transaction(TransactionOptions, TransactionFunction)}. */
  <T extends @Nullable Object> Mono<TransactionResult<T>> transaction(
      TransactionOptions options, TransactionFunction<T> function);

  /** See {@link Database#commit}; completes empty when there is none of that version yet. */
  Mono<CommitInfo> commit(long version);

  /** See {@link Database#stats}. */
  Mono<DatabaseStats> stats();

  // ---- Looking after it.

  /** See {@link Database#backup}. */
  Mono<Backup> backup(BackupRequest request);

  /** See {@link Database#exportLines}. */
  Mono<ExportReport> exportLines(ExportRequest request);

  /** See {@link Database#importLines}. */
  Mono<ImportReport> importLines(ImportRequest request);

  /** See {@link Database#exportArrow}. */
  Mono<ExportReport> exportArrow(ExportRequest request);

  /** See {@link Database#importArrow}. */
  Mono<ImportReport> importArrow(ImportRequest request);

  /** See {@link Database#purge}. */
  Mono<PurgeReport> purge(PurgeRequest request);

  /** See {@link Database#purges}. */
  Mono<List<PurgeReport>> purges();

  /** See {@link Database#compact}. */
  Mono<CompactReport> compact();

  /** See {@link Database#sweep}. */
  Mono<SweepReport> sweep();
}
