package dev.nacre;

import static java.util.Objects.requireNonNull;

import dev.nacre.error.ValidationException;
import dev.nacre.model.AsOf;
import dev.nacre.model.HistoryEntry;
import dev.nacre.model.HistoryRequest;
import dev.nacre.model.Namespace;
import dev.nacre.model.Page;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.VersionedRecord;
import dev.nacre.runtime.Call;
import dev.nacre.runtime.Dispatcher;
import dev.nacre.runtime.ScanPublisher;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import dev.nacre.store.Pin;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A snapshot of a database in this process: its calls with the pinned moment filled in. */
final class EmbeddedSnapshot implements Snapshot {
  private final Dispatcher dispatcher;
  private final Pin pin;
  private final AsOf moment;
  private volatile boolean closed;

  EmbeddedSnapshot(Dispatcher dispatcher, Pin pin) {
    this.dispatcher = dispatcher;
    this.pin = pin;
    this.moment = AsOf.at(pin.readPoint());
  }

  @Override
  public ReadPoint readPoint() {
    return pin.readPoint();
  }

  @Override
  public CompletableFuture<Optional<VersionedRecord>> get(String namespace, String key) {
    return get(GetRequest.of(namespace, key));
  }

  @Override
  public CompletableFuture<Optional<VersionedRecord>> get(GetRequest request) {
    requireNonNull(request, "request");
    return run("get", request.asOf(), () -> held(request.namespace(), read(request)));
  }

  @Override
  public CompletableFuture<VersionedRecord> require(String namespace, String key) {
    return require(GetRequest.of(namespace, key));
  }

  @Override
  public CompletableFuture<VersionedRecord> require(GetRequest request) {
    requireNonNull(request, "request");
    return run(
        "require",
        request.asOf(),
        () -> held(request.namespace(), new Call.Require(read(request))));
  }

  @Override
  public CompletableFuture<Boolean> contains(String namespace, String key) {
    return contains(GetRequest.of(namespace, key));
  }

  @Override
  public CompletableFuture<Boolean> contains(GetRequest request) {
    requireNonNull(request, "request");
    return run(
        "contains",
        request.asOf(),
        () -> held(request.namespace(), new Call.Contains(read(request))));
  }

  private Call.Get read(GetRequest request) {
    return new Call.Get(request.namespace(), request.key(), moment, request.spaces());
  }

  @Override
  public CompletableFuture<List<Optional<VersionedRecord>>> getAll(
      String namespace, List<String> keys) {
    requireNonNull(namespace, "namespace");
    List<String> copied = List.copyOf(keys);
    return run(
        "getAll", AsOf.now(), () -> held(namespace, read(GetAllRequest.of(namespace, copied))));
  }

  @Override
  public CompletableFuture<List<Optional<VersionedRecord>>> getAll(GetAllRequest request) {
    requireNonNull(request, "request");
    return run("getAll", request.asOf(), () -> held(request.namespace(), read(request)));
  }

  private Call.GetAll read(GetAllRequest request) {
    return new Call.GetAll(request.namespace(), request.keys(), moment, request.spaces());
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
    SearchRequest pinned = request.withAsOf(moment);
    if (request.text().isEmpty()) {
      return run(
          "similar",
          request.asOf(),
          () ->
              held(
                  request.namespace(),
                  new Call.Pinned<>(
                      new Call.Similar(pinned), readPoint(), SearchResult::readPoint)));
    }
    return DerivedRead.of(
        run("similar", request.asOf(), () -> new Call.SimilarText(pinned)),
        result -> {
          Call.Pinned.check(result.readPoint(), readPoint());
          dispatcher.checkNotPurged(readPoint(), pin.heldSince(), request.namespace());
          return result;
        });
  }

  @Override
  public Flow.Publisher<VersionedRecord> scan(String namespace) {
    return scan(ScanRequest.of(requireNonNull(namespace, "namespace")));
  }

  @Override
  public Flow.Publisher<VersionedRecord> scan(ScanRequest request) {
    requireNonNull(request, "request");
    return new ScanPublisher(this::scanPage, () -> refusal(request.asOf()), request);
  }

  @Override
  public CompletableFuture<Page<VersionedRecord>> scanPage(ScanRequest request) {
    requireNonNull(request, "request");
    return run(
        "scan",
        request.asOf(),
        () ->
            held(
                request.namespace(),
                new Call.Pinned<>(
                    new Call.Scan(request.withAsOf(moment)), readPoint(), Page::readPoint)));
  }

  @Override
  public CompletableFuture<Page<HistoryEntry>> history(String namespace, String key) {
    return history(
        HistoryRequest.of(requireNonNull(namespace, "namespace"), requireNonNull(key, "key")));
  }

  @Override
  public CompletableFuture<Page<HistoryEntry>> history(HistoryRequest request) {
    requireNonNull(request, "request");
    return run(
        "history",
        request.asOf(),
        () ->
            held(
                request.namespace(),
                new Call.Pinned<>(
                    new Call.History(request.withAsOf(moment)), readPoint(), Page::readPoint)));
  }

  @Override
  public CompletableFuture<List<Namespace>> namespaces() {
    return run("namespaces", AsOf.now(), () -> new Call.Namespaces(moment));
  }

  @Override
  public void close() {
    closed = true;
    pin.close();
  }

  /** What has been purged since cannot be read again. */
  private <R> Call<R> held(String namespace, Call.Read<R> read) {
    return new Call.Held<>(read, readPoint(), pin.heldSince(), namespace);
  }

  private <R> CompletableFuture<R> run(String operation, AsOf asked, Supplier<Call<R>> call) {
    RuntimeException refusal = refusal(asked);
    return refusal == null
        ? dispatcher.executePrepared(operation, call)
        : CompletableFuture.failedFuture(refusal);
  }

  /** What a call is refused with, or null. */
  private @Nullable RuntimeException refusal(AsOf asked) {
    if (dispatcher.isClosed()) {
      return dispatcher.closedException();
    }
    if (closed) {
      return new ValidationException(
          "the snapshot of version " + readPoint().version() + " is closed; take a new one",
          Map.of("reason", "snapshotClosed", "version", Long.toString(readPoint().version())));
    }
    if (asked != AsOf.Now.NOW && !asked.equals(moment)) {
      return new ValidationException(
          "the request asks for "
              + asked
              + ", and the snapshot answers as of version "
              + readPoint().version()
              + " only; leave out the moment, or ask the database",
          Map.of("reason", "otherMoment", "version", Long.toString(readPoint().version())));
    }
    return null;
  }

  @Override
  public String toString() {
    return "Snapshot[version " + readPoint().version() + (closed ? ", closed]" : "]");
  }
}
