package dev.nacre.runtime;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.nacre.BatchRequest;
import dev.nacre.Database;
import dev.nacre.DatabaseStats;
import dev.nacre.DeleteRequest;
import dev.nacre.EmbedRequest;
import dev.nacre.GetAllRequest;
import dev.nacre.GetRequest;
import dev.nacre.PutRequest;
import dev.nacre.ReactiveDatabase;
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
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The Reactor face over the futures of a database. */
final class ReactorDatabase implements ReactiveDatabase {
  private final Database database;

  ReactorDatabase(Database database) {
    this.database = database;
  }

  @Override
  public Mono<Commit> put(String namespace, String key, Value value) {
    return put(
        PutRequest.of(
            required(namespace, "namespace"), required(key, "key"), required(value, "value")));
  }

  @Override
  public Mono<Commit> put(PutRequest request) {
    required(request, "request");
    return cold(() -> database.put(request));
  }

  @Override
  public Mono<Commit> batch(WriteBatch batch) {
    required(batch, "batch");
    return cold(() -> database.batch(batch));
  }

  @Override
  public Mono<Commit> batch(BatchRequest request) {
    required(request, "request");
    return cold(() -> database.batch(request));
  }

  @Override
  public Mono<VersionedRecord> get(String namespace, String key) {
    return get(GetRequest.of(required(namespace, "namespace"), required(key, "key")));
  }

  @Override
  public Mono<VersionedRecord> get(GetRequest request) {
    required(request, "request");
    return cold(() -> database.get(request)).flatMap(Mono::justOrEmpty);
  }

  @Override
  public Mono<VersionedRecord> require(String namespace, String key) {
    return require(GetRequest.of(required(namespace, "namespace"), required(key, "key")));
  }

  @Override
  public Mono<VersionedRecord> require(GetRequest request) {
    required(request, "request");
    return cold(() -> database.require(request));
  }

  @Override
  public Mono<List<Optional<VersionedRecord>>> getAll(String namespace, List<String> keys) {
    required(namespace, "namespace");
    List<String> copy = List.copyOf(keys);
    return cold(() -> database.getAll(namespace, copy));
  }

  @Override
  public Mono<List<Optional<VersionedRecord>>> getAll(GetAllRequest request) {
    required(request, "request");
    return cold(() -> database.getAll(request));
  }

  @Override
  public Mono<Boolean> contains(String namespace, String key) {
    return contains(GetRequest.of(required(namespace, "namespace"), required(key, "key")));
  }

  @Override
  public Mono<Boolean> contains(GetRequest request) {
    required(request, "request");
    return cold(() -> database.contains(request));
  }

  @Override
  public Mono<Commit> delete(String namespace, String key) {
    return delete(DeleteRequest.of(required(namespace, "namespace"), required(key, "key")));
  }

  @Override
  public Mono<Commit> delete(DeleteRequest request) {
    required(request, "request");
    return cold(() -> database.delete(request));
  }

  @Override
  public Mono<Commit> embed(String namespace, String key, float... vector) {
    required(namespace, "namespace");
    required(key, "key");
    float[] copy = vector.clone();
    return cold(() -> database.embed(namespace, key, copy));
  }

  @Override
  public Mono<Commit> embed(EmbedRequest request) {
    required(request, "request");
    return cold(() -> database.embed(request));
  }

  @Override
  public Flux<Hit> similar(String namespace, float[] vector, int k) {
    required(namespace, "namespace");
    float[] copy = vector.clone();
    return cold(() -> database.similar(namespace, copy, k)).flatMapIterable(SearchResult::hits);
  }

  @Override
  public Mono<SearchResult> similar(SearchRequest request) {
    required(request, "request");
    return cold(() -> database.similar(request));
  }

  @Override
  public Flux<VersionedRecord> scan(ScanRequest request) {
    required(request, "request");
    return PagedFlux.of(
        cursor -> database.scanPage(cursor == null ? request : request.withCursor(cursor)));
  }

  @Override
  public Flux<HistoryEntry> history(HistoryRequest request) {
    required(request, "request");
    return PagedFlux.of(
        cursor -> database.history(cursor == null ? request : request.withCursor(cursor)));
  }

  @Override
  public Flux<Namespace> namespaces(AsOf asOf) {
    required(asOf, "asOf");
    return cold(() -> database.namespaces(asOf)).flatMapIterable(namespaces -> namespaces);
  }

  @Override
  public Mono<Commit> configure(String namespace, NamespaceOptions options) {
    required(namespace, "namespace");
    required(options, "options");
    return cold(() -> database.configure(namespace, options));
  }

  @Override
  public Mono<Commit> deleteNamespace(String namespace) {
    required(namespace, "namespace");
    return cold(() -> database.deleteNamespace(namespace));
  }

  @Override
  public Mono<DatabaseStats> stats() {
    return cold(database::stats);
  }

  private static <R> Mono<R> cold(Supplier<CompletableFuture<R>> call) {
    return Mono.fromFuture(call);
  }

  @CanIgnoreReturnValue
  private static <T> T required(T argument, String name) {
    return Objects.requireNonNull(argument, name);
  }
}
