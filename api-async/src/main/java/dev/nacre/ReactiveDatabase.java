package dev.nacre;

import dev.nacre.model.AsOf;
import dev.nacre.model.Commit;
import dev.nacre.model.HistoryEntry;
import dev.nacre.model.HistoryRequest;
import dev.nacre.model.Namespace;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.WriteBatch;
import dev.nacre.search.Hit;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import java.util.List;
import java.util.Optional;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * {@link Database} for Reactor. Everything is cold: nothing happens until it is subscribed to, and
 * each subscription is a call of its own. Cancelling a subscription cancels the call. Fluxes honour
 * demand.
 */
public interface ReactiveDatabase {
  /** {@link Database#put(String, String, Value)}. */
  Mono<Commit> put(String namespace, String key, Value value);

  /** {@link Database#put(PutRequest)}. */
  Mono<Commit> put(PutRequest request);

  /** {@link Database#batch(WriteBatch)}. */
  Mono<Commit> batch(WriteBatch batch);

  /** {@link Database#batch(BatchRequest)}. */
  Mono<Commit> batch(BatchRequest request);

  /** {@link Database#get(String, String)}; empty when there is no record. */
  Mono<VersionedRecord> get(String namespace, String key);

  /** {@link Database#get(GetRequest)}; empty when there is no record. */
  Mono<VersionedRecord> get(GetRequest request);

  /** {@link Database#require(String, String)}. */
  Mono<VersionedRecord> require(String namespace, String key);

  /** {@link Database#require(GetRequest)}. */
  Mono<VersionedRecord> require(GetRequest request);

  /** {@link Database#getAll(String, List)}. */
  Mono<List<Optional<VersionedRecord>>> getAll(String namespace, List<String> keys);

  /** {@link Database#getAll(GetAllRequest)}. */
  Mono<List<Optional<VersionedRecord>>> getAll(GetAllRequest request);

  /** {@link Database#contains(String, String)}. */
  Mono<Boolean> contains(String namespace, String key);

  /** {@link Database#contains(GetRequest)}. */
  Mono<Boolean> contains(GetRequest request);

  /** {@link Database#delete(String, String)}. */
  Mono<Commit> delete(String namespace, String key);

  /** {@link Database#delete(DeleteRequest)}. */
  Mono<Commit> delete(DeleteRequest request);

  /** {@link Database#embed(String, String, float...)}. */
  Mono<Commit> embed(String namespace, String key, float... vector);

  /** {@link Database#embed(EmbedRequest)}. */
  Mono<Commit> embed(EmbedRequest request);

  /** The hits of {@link Database#similar(String, float[], int)}, best first. */
  Flux<Hit> similar(String namespace, float[] vector, int k);

  /** {@link Database#similar(SearchRequest)}. */
  Mono<SearchResult> similar(SearchRequest request);

  /** {@link Database#scan(ScanRequest)}. */
  Flux<VersionedRecord> scan(ScanRequest request);

  /** Every version of a key, newest first, page by page. */
  Flux<HistoryEntry> history(HistoryRequest request);

  /** {@link Database#namespaces(AsOf)}. */
  Flux<Namespace> namespaces(AsOf asOf);

  /** {@link Database#configure(String, NamespaceOptions)}. */
  Mono<Commit> configure(String namespace, NamespaceOptions options);

  /** {@link Database#deleteNamespace(String)}. */
  Mono<Commit> deleteNamespace(String namespace);

  /** {@link Database#stats()}. */
  Mono<DatabaseStats> stats();
}
