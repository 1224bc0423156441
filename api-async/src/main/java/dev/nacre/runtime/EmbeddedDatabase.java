package dev.nacre.runtime;

import dev.nacre.BatchRequest;
import dev.nacre.Database;
import dev.nacre.DatabaseOptions;
import dev.nacre.DatabaseStats;
import dev.nacre.DeleteRequest;
import dev.nacre.EmbedRequest;
import dev.nacre.GetAllRequest;
import dev.nacre.GetRequest;
import dev.nacre.PutRequest;
import dev.nacre.ReactiveDatabase;
import dev.nacre.WriteOptions;
import dev.nacre.error.NacreException;
import dev.nacre.model.AsOf;
import dev.nacre.model.Commit;
import dev.nacre.model.Embedding;
import dev.nacre.model.HistoryEntry;
import dev.nacre.model.HistoryRequest;
import dev.nacre.model.Namespace;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Page;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import dev.nacre.store.StorageProbe;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.vector.VectorEngine;
import dev.nacre.vector.VectorOptions;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import reactor.adapter.JdkFlowAdapter;

/** The database in process: checks that arguments are there, and delegates. */
public final class EmbeddedDatabase implements Database {
  private static final Executor OPENER = ownThread("nacre-open");
  private static final Executor CLOSER = ownThread("nacre-close");

  private final Store store;
  private final VectorEngine vectors;
  private final ReaderPool readers;
  private final Dispatcher dispatcher;
  private final ReactiveDatabase reactive;
  private final AtomicBoolean closing = new AtomicBoolean();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();

  private EmbeddedDatabase(Store store, VectorEngine vectors, DatabaseOptions options) {
    this.store = store;
    this.vectors = vectors;
    this.readers = new ReaderPool(options.readThreads(), options.readQueueCalls());
    this.dispatcher = new Dispatcher(store, vectors, readers, options.embedder().orElse(null));
    this.reactive = new ReactorDatabase(this);
  }

  /** {@link Database#open(DatabaseOptions)}. */
  public static Database open(DatabaseOptions options) {
    return open(options, StorageProbe.NONE);
  }

  /** {@link Database#openAsync}. */
  public static CompletableFuture<Database> openAsync(DatabaseOptions options) {
    Objects.requireNonNull(options, "options");
    CompletableFuture<Database> opened = new CompletableFuture<>();
    OPENER.execute(
        () -> {
          try {
            Database database = open(options);
            // Nobody waits any more: what nobody can close must not stay open.
            if (!opened.complete(database)) {
              database.close();
            }
          } catch (RuntimeException | Error e) {
            opened.completeExceptionally(Failures.unwrapped(e));
          }
        });
    return opened;
  }

  static Database open(DatabaseOptions options, StorageProbe probe) {
    StoreOptions storeOptions =
        new StoreOptions(
            options.directory().orElse(null),
            options.access() == DatabaseOptions.Access.READ_ONLY,
            options.cacheBytes(),
            options.writeBufferBytes(),
            options.queueBytes(),
            Math.min(8L << 20, options.queueBytes()),
            options.limits(),
            options.clock(),
            probe);
    VectorOptions vectorOptions =
        new VectorOptions(
            options.similarityProvider().orElse(null),
            options.blockBytes(),
            options.graphThreshold());
    Store store = Store.open(storeOptions);
    try {
      return new EmbeddedDatabase(store, VectorEngine.open(store, vectorOptions), options);
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  @Override
  public CompletableFuture<Commit> put(PutRequest request) {
    Objects.requireNonNull(request, "request");
    return write(
        new Write.Upsert(
            request.namespace(),
            request.key(),
            request.value(),
            request.metadata(),
            request.embeddings(),
            request.expiry(),
            request.condition()),
        request.options());
  }

  @Override
  public CompletableFuture<Commit> batch(BatchRequest request) {
    Objects.requireNonNull(request, "request");
    return dispatcher.execute(new Operation.Write(request.batch(), request.options()));
  }

  @Override
  public CompletableFuture<Optional<VersionedRecord>> get(GetRequest request) {
    return dispatcher.execute(new Operation.Get(Objects.requireNonNull(request, "request")));
  }

  @Override
  public CompletableFuture<VersionedRecord> require(GetRequest request) {
    return dispatcher.execute(new Operation.Require(Objects.requireNonNull(request, "request")));
  }

  @Override
  public CompletableFuture<List<Optional<VersionedRecord>>> getAll(GetAllRequest request) {
    return dispatcher.execute(new Operation.GetAll(Objects.requireNonNull(request, "request")));
  }

  @Override
  public CompletableFuture<Boolean> contains(GetRequest request) {
    return Chain.then(get(request), found -> CompletableFuture.completedFuture(found.isPresent()));
  }

  @Override
  public CompletableFuture<Commit> delete(DeleteRequest request) {
    Objects.requireNonNull(request, "request");
    return write(
        new Write.Delete(request.namespace(), request.key(), request.condition()),
        request.options());
  }

  @Override
  public CompletableFuture<Commit> embed(String namespace, String key, float... vector) {
    Objects.requireNonNull(namespace, "namespace");
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(vector, "vector");
    return checked(() -> embed(EmbedRequest.of(namespace, key, Embedding.of(vector))));
  }

  @Override
  public CompletableFuture<Commit> embed(EmbedRequest request) {
    return dispatcher.execute(new Operation.Embed(Objects.requireNonNull(request, "request")));
  }

  @Override
  public CompletableFuture<SearchResult> similar(String namespace, float[] vector, int k) {
    Objects.requireNonNull(namespace, "namespace");
    Objects.requireNonNull(vector, "vector");
    return checked(() -> similar(SearchRequest.byVector(namespace, vector).withK(k)));
  }

  @Override
  public CompletableFuture<SearchResult> similar(SearchRequest request) {
    return dispatcher.execute(new Operation.Similar(Objects.requireNonNull(request, "request")));
  }

  @Override
  public Flow.Publisher<VersionedRecord> scan(ScanRequest request) {
    return JdkFlowAdapter.publisherToFlowPublisher(reactive.scan(request));
  }

  @Override
  public CompletableFuture<Page<VersionedRecord>> scanPage(ScanRequest request) {
    return dispatcher.execute(new Operation.Scan(Objects.requireNonNull(request, "request")));
  }

  @Override
  public CompletableFuture<Page<HistoryEntry>> history(HistoryRequest request) {
    return dispatcher.execute(new Operation.History(Objects.requireNonNull(request, "request")));
  }

  @Override
  public CompletableFuture<List<Namespace>> namespaces(AsOf asOf) {
    return dispatcher.execute(new Operation.Namespaces(Objects.requireNonNull(asOf, "asOf")));
  }

  @Override
  public CompletableFuture<Commit> configure(String namespace, NamespaceOptions options) {
    Objects.requireNonNull(namespace, "namespace");
    Objects.requireNonNull(options, "options");
    return write(new Write.Configure(namespace, options), WriteOptions.DEFAULT);
  }

  @Override
  public CompletableFuture<Commit> deleteNamespace(String namespace) {
    Objects.requireNonNull(namespace, "namespace");
    return write(new Write.DeleteNamespace(namespace), WriteOptions.DEFAULT);
  }

  @Override
  public CompletableFuture<DatabaseStats> stats() {
    return dispatcher.execute(new Operation.Stats());
  }

  @Override
  public ReactiveDatabase reactive() {
    return reactive;
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    if (closing.compareAndSet(false, true)) {
      // Its own thread: the last answer may be given on a thread that closing waits for.
      CompletableFuture<Void> _ =
          dispatcher
              .drain()
              .thenRunAsync(this::closeParts, CLOSER)
              .whenComplete(
                  (_, failure) -> {
                    if (failure == null) {
                      closed.complete(null);
                    } else {
                      closed.completeExceptionally(Failures.unwrapped(failure));
                    }
                  });
    }
    // A copy: a caller who completes or cancels it must not deceive the others.
    return closed.copy();
  }

  private void closeParts() {
    readers.close();
    try {
      vectors.close();
    } finally {
      store.close();
    }
  }

  @Override
  public void close() {
    try {
      closeAsync().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof NacreException failure) {
        throw failure;
      }
      throw e;
    }
  }

  private CompletableFuture<Commit> write(Write write, WriteOptions options) {
    return dispatcher.execute(new Operation.Write(WriteBatch.of(write), options));
  }

  private static Executor ownThread(String name) {
    return task -> {
      Thread _ = Thread.ofPlatform().daemon().name(name).start(task);
    };
  }

  private static <R> CompletableFuture<R> checked(Supplier<CompletableFuture<R>> call) {
    try {
      return call.get();
    } catch (NacreException e) {
      return CompletableFuture.failedFuture(e);
    }
  }
}
