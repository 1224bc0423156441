package dev.nacre.runtime;

import dev.nacre.DatabaseStats;
import dev.nacre.EmbedRequest;
import dev.nacre.GetRequest;
import dev.nacre.WriteOptions;
import dev.nacre.embed.Embedder;
import dev.nacre.error.KeyNotFoundException;
import dev.nacre.error.NacreException;
import dev.nacre.error.ValidationException;
import dev.nacre.model.AsOf;
import dev.nacre.model.Commit;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Embedding;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import dev.nacre.store.CachedRead;
import dev.nacre.store.Store;
import dev.nacre.store.StoreStatistics;
import dev.nacre.vector.VectorEngine;
import dev.nacre.vector.VectorStatistics;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The one place every operation passes: lets it in or refuses, picks its thread, maps its failure,
 * counts it out. Thread-safe; never blocks.
 */
final class Dispatcher {
  private static final int NEAR_KEYS = 5;

  private final Store store;
  private final VectorEngine vectors;
  private final ReaderPool readers;
  private final @Nullable Embedder embedder;
  private final CallsInFlight calls = new CallsInFlight();

  Dispatcher(Store store, VectorEngine vectors, ReaderPool readers, @Nullable Embedder embedder) {
    this.store = store;
    this.vectors = vectors;
    this.readers = readers;
    this.embedder = embedder;
  }

  /** Refuses calls from now on; completes when those under way are answered. */
  CompletableFuture<Void> drain() {
    return calls.close();
  }

  /** Runs an operation. */
  <R> CompletableFuture<R> execute(Operation<R> operation) {
    int stripe;
    try {
      stripe = calls.enter();
    } catch (NacreException e) {
      return CompletableFuture.failedFuture(e);
    }
    CompletableFuture<R> answer;
    try {
      answer = start(operation);
    } catch (NacreException e) {
      answer = CompletableFuture.failedFuture(e);
    } catch (RuntimeException | Error e) {
      calls.leave(stripe);
      throw e;
    }
    if (answer.isDone()) {
      calls.leave(stripe);
      return answer;
    }
    return new Call<>(answer, () -> calls.leave(stripe));
  }

  @SuppressWarnings("unchecked") // Each case answers what its operation's type parameter says.
  private <R> CompletableFuture<R> start(Operation<R> operation) {
    return (CompletableFuture<R>)
        switch (operation) {
          case Operation.Write write -> write(write.batch(), write.options());
          case Operation.Embed embed -> embed(embed.request());
          case Operation.Get get -> get(get.request());
          case Operation.Require require -> require(require.request());
          case Operation.GetAll all ->
              readers.submit(
                  () ->
                      store.getAll(
                          store.resolve(all.request().asOf()),
                          all.request().namespace(),
                          all.request().keys(),
                          all.request().spaces()));
          case Operation.Scan scan -> readers.submit(() -> store.scan(scan.request()));
          case Operation.History history -> readers.submit(() -> store.history(history.request()));
          case Operation.Namespaces namespaces ->
              readers.submit(() -> store.namespaces(store.resolve(namespaces.asOf())));
          case Operation.Similar similar -> similar(similar.request());
          case Operation.Stats _ -> readers.submit(this::stats);
        };
  }

  private CompletableFuture<Commit> write(WriteBatch batch, WriteOptions options) {
    WriteBatch attributed =
        batch.attributes().equals(CommitAttributes.NONE)
            ? WriteBatch.of(batch.writes(), options.attributes())
            : batch;
    return store.commit(attributed, options.durability(), options.timeout());
  }

  private CompletableFuture<Commit> embed(EmbedRequest request) {
    return switch (request.source()) {
      case EmbedRequest.Source.OfVector vector -> write(request, vector.embedding());
      case EmbedRequest.Source.OfText text ->
          Chain.then(
              embedder("embed a text").embed(List.of(text.text())),
              made ->
                  write(request, Embedding.of(embedder("embed a text").space(), made.getFirst())));
    };
  }

  private CompletableFuture<Commit> write(EmbedRequest request, Embedding embedding) {
    Write upsert =
        new Write.Upsert(
            request.namespace(),
            request.key(),
            null,
            request.metadata(),
            List.of(embedding),
            Write.Expiry.Unchanged.UNCHANGED,
            request.condition());
    return write(WriteBatch.of(upsert), request.options());
  }

  private CompletableFuture<Optional<VersionedRecord>> get(GetRequest request) {
    // What is in memory is answered here and now: a hand-over to a thread would cost ten times the
    // look-up.
    if (request.asOf() instanceof AsOf.Now && request.spaces().isEmpty()) {
      CachedRead cached = store.getCached(store.now(), request.namespace(), request.key());
      if (cached instanceof CachedRead.Answer answer) {
        return CompletableFuture.completedFuture(answer.answer());
      }
    }
    return readers.submit(
        () ->
            store.get(
                store.resolve(request.asOf()),
                request.namespace(),
                request.key(),
                request.spaces()));
  }

  private CompletableFuture<VersionedRecord> require(GetRequest request) {
    CompletableFuture<Optional<VersionedRecord>> found = get(request);
    return Chain.then(
        found,
        record ->
            record.isPresent()
                ? CompletableFuture.completedFuture(record.get())
                : readers.submit(
                    () -> {
                      throw notFound(request);
                    }));
  }

  private KeyNotFoundException notFound(GetRequest request) {
    ReadPoint at = store.resolve(request.asOf());
    ScanRequest all =
        ScanRequest.of(request.namespace()).withAsOf(request.asOf()).withLimit(NEAR_KEYS);
    String key = request.key();
    String stem =
        key.substring(0, key.offsetByCodePoints(0, key.codePointCount(0, key.length()) / 2));
    List<VersionedRecord> near = store.scan(all.withPrefix(stem)).items();
    if (near.isEmpty()) {
      near = store.scan(all.withRange(key, null)).items();
    }
    String keys = near.stream().map(VersionedRecord::key).collect(Collectors.joining(", "));
    return new KeyNotFoundException(
        "there is no record \""
            + key
            + "\" in namespace \""
            + request.namespace()
            + "\" at version "
            + at.version()
            + (keys.isEmpty() ? "" : "; near keys: " + keys),
        Map.of(
            "namespace",
            request.namespace(),
            "key",
            key,
            "version",
            Long.toString(at.version()),
            "nearKeys",
            keys));
  }

  private CompletableFuture<SearchResult> similar(SearchRequest request) {
    Optional<String> text = request.text();
    if (text.isEmpty()) {
      return readers.submit(() -> vectors.similar(request));
    }
    return Chain.then(
        embedder("search by text").embed(List.of(text.get())),
        made -> readers.submit(() -> vectors.similar(request.withVector(made.getFirst()))));
  }

  private Embedder embedder(String what) {
    if (embedder == null) {
      throw new ValidationException(
          "the database has no embedder to "
              + what
              + " with: give one with DatabaseOptions.builder().embedder(...),"
              + " for example dev.nacre.rag's in-process model, or give a vector");
    }
    return embedder;
  }

  private DatabaseStats stats() {
    StoreStatistics stored = store.statistics();
    VectorStatistics searched = vectors.statistics();
    return new DatabaseStats(
        stored.version(),
        stored.namespaces(),
        stored.recordsEstimate(),
        stored.storageBytes(),
        stored.logBytes(),
        stored.memoryBytes(),
        stored.queueBytes(),
        stored.commits(),
        stored.groups(),
        readers.waiting(),
        searched.provider(),
        searched.activeSpaces(),
        searched.blockBytes(),
        searched.graphs(),
        searched.graphVectors(),
        searched.buildingGraphs());
  }

  /**
   * What the caller holds: it follows the answer, hands cancelling on, and counts the call out when
   * the answer is there.
   */
  private static final class Call<R> extends CompletableFuture<R> {
    private final CompletableFuture<R> answer;

    Call(CompletableFuture<R> answer, Runnable leave) {
      this.answer = answer;
      CompletableFuture<R> _ =
          answer.whenComplete(
              (value, failure) -> {
                leave.run();
                if (failure == null) {
                  complete(value);
                } else {
                  completeExceptionally(Failures.unwrapped(failure));
                }
              });
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      boolean _ = answer.cancel(mayInterruptIfRunning);
      return super.cancel(mayInterruptIfRunning);
    }
  }
}
