package dev.nacre.runtime;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.nacre.embed.Embedder;
import dev.nacre.error.DatabaseClosedException;
import dev.nacre.error.ResourceExhaustedException;
import dev.nacre.error.UnavailableException;
import dev.nacre.error.ValidationException;
import dev.nacre.maintain.Latency;
import dev.nacre.model.AsOf;
import dev.nacre.model.Commit;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.DeclaredFields;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import dev.nacre.store.Pin;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.vector.VectorOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one narrow place: every operation of every face goes through {@link #execute}.
 *
 * <p>Nothing here blocks the caller. Reads that memory can answer are answered at once; the others
 * run on a bounded pool; writes go to the store's committer and complete on an executor of the
 * store. Every failure is one of {@code NacreException}, not wrapped. A call is in flight from
 * {@link CallGate#enter} until its {@link CallFuture} ends.
 */
public final class Dispatcher {
  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

  private final Engines engines;
  private final CallGate gate = new CallGate();
  private final Deadlines deadlines = new Deadlines();
  private final ReadPool pool;
  private final Jobs jobs = new Jobs();
  private final Measures measures = new Measures();
  private final Duration timeout;
  private final FeedHub feeds;
  private final Closing closing;

  private Dispatcher(Engines engines, DispatcherOptions options) {
    this.engines = engines;
    this.timeout = options.timeout();
    this.pool = new ReadPool(options.readThreads(), options.readQueue());
    this.feeds = new FeedHub(engines.store(), this, this::runSoon);
    this.closing = new Closing(gate, engines, pool, deadlines, feeds);
    engines.store().onPublish(version -> feeds.published());
    deadlines.start();
  }

  /** Opens the engines. Blocks. */
  public static Dispatcher open(
      StoreOptions storeOptions,
      VectorOptions vectorOptions,
      @Nullable Embedder embedder,
      DispatcherOptions options) {
    try {
      Engines engines = Engines.open(storeOptions, vectorOptions, embedder);
      try {
        Dispatcher dispatcher = new Dispatcher(engines, options);
        if (!storeOptions.readOnly() && engines.store().hasPendingPurge()) {
          dispatcher.resumePurges();
        }
        return dispatcher;
      } catch (RuntimeException | Error e) {
        // No thread could be started: the directory must not stay locked for that.
        engines.close();
        throw e;
      }
    } catch (RuntimeException | Error e) {
      throw Failures.of("opening the database", e);
    }
  }

  /** What was purged when the process ended is hidden already; the rest happens by and by. */
  private void resumePurges() {
    var _ =
        execute(new Call.ResumePurges())
            .whenComplete(
                (_, failure) -> {
                  if (failure != null) {
                    LOG.warn(
                        "a purge that was interrupted could not be finished; it goes on with the"
                            + " next one, or when the database is opened again",
                        failure);
                  }
                });
  }

  /**
   * Refuses what was read at a point that is held, when the namespace has been purged since; see
   * {@link Store#checkNotPurged}. Never blocks.
   */
  public void checkNotPurged(ReadPoint at, long heldSince, String namespace) {
    engines.store().checkNotPurged(at, heldSince, namespace);
  }

  /** Runs a call. */
  public <R> CompletableFuture<R> execute(Call<R> call) {
    @SuppressWarnings("unchecked") // Each arm gives the type that its call states.
    CompletableFuture<R> future =
        (CompletableFuture<R>)
            switch (call) {
              case Call.Read<R> read -> read(read);
              case Call.Put put -> put(put);
              case Call.PutText put -> putText(put);
              case Call.SimilarText similar -> similarText(similar);
              case Call.Restore restore -> restore(restore);
              case Call.Job<R> job -> job(job);
            };
    return future;
  }

  /**
   * Runs the call that {@code prepared} makes; a failure to make it fails the future, like every
   * other one.
   */
  public <R> CompletableFuture<R> executePrepared(String operation, Supplier<Call<R>> prepared) {
    Call<R> call;
    try {
      gate.checkOpen();
      call = prepared.get();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(Failures.of(operation, e));
    }
    return execute(call);
  }

  /** Holds the history of a namespace behind the newest version. Never blocks. */
  Pin pinNow(String namespace) {
    gate.checkOpen();
    return engines.store().pin(AsOf.now(), namespace);
  }

  /** The fields that a namespace declares at a read point, if it is there. Never blocks. */
  public DeclaredFields declaredFields(ReadPoint at, String namespace) {
    gate.checkOpen();
    return engines
        .store()
        .namespace(at, namespace)
        .map(found -> DeclaredFields.of(found.options().fields()))
        .orElse(DeclaredFields.NONE);
  }

  /** Holds what a namespace was at a read point; null when the next read will be refused anyway. */
  @Nullable Pin pinUnlessClosed(ReadPoint at, String namespace) {
    try {
      return engines.store().pin(AsOf.at(at), namespace);
    } catch (DatabaseClosedException e) {
      return null;
    }
  }

  /** Those who follow changes. */
  FeedHub feeds() {
    return feeds;
  }

  /** The oldest version that a snapshot or watch holds. */
  OptionalLong oldestPinned() {
    return engines.store().oldestPinned();
  }

  private void runSoon(Runnable task) {
    if (!pool.submit(task)) {
      // So many wait for the pool; this must happen all the same.
      Thread.startVirtualThread(task);
    }
  }

  /** Whether closing has begun. */
  public boolean isClosed() {
    return gate.isClosed();
  }

  /** What a call after closing fails with. */
  public DatabaseClosedException closedException() {
    return CallGate.closedException();
  }

  /** Calls in flight now, about. */
  public int callsInFlight() {
    return gate.count();
  }

  /** Reads that wait for a thread now. */
  public int readsWaiting() {
    return pool.waiting();
  }

  /** Threads of the pool. */
  public int readThreads() {
    return pool.threads();
  }

  /** Reads that were answered from memory since opening. */
  public long readsFromMemory() {
    return measures.readsFromMemory();
  }

  /** How long reads took on their thread of the pool. */
  public Latency reads() {
    return measures.reads();
  }

  /** How long searches took on their thread of the pool. */
  public Latency searches() {
    return measures.searches();
  }

  /** See {@link Closing#begin}. */
  public CompletableFuture<Void> closeAsync() {
    return closing.begin();
  }

  /** See {@link Closing#beginAndWait}. */
  public void close() {
    closing.beginAndWait();
  }

  private <R> CompletableFuture<R> read(Call.Read<R> read) {
    try {
      // Not counted: the store has a gate of its own, and nothing of ours is touched.
      gate.checkOpen();
      CompletableFuture<R> answered = read.answerFromMemory(engines);
      if (answered != null) {
        measures.readFromMemory();
        return answered;
      }
    } catch (RuntimeException | Error e) {
      return CompletableFuture.failedFuture(Failures.of(read.operation(), e));
    }
    return begin(
        read.operation(),
        timeout,
        future -> {
          future.watchDeadline();
          // Before a thread works on it: a failure ends the call.
          boolean brief = read.isBrief(engines);
          Runnable task = onPool(future, () -> answer(future, read), read.isAccepted());
          if (brief) {
            future.onHelp(() -> help(read, task));
          }
        });
  }

  /** On the thread of a caller who waits: it may have become long work meanwhile. */
  private void help(Call.Read<?> read, Runnable task) {
    boolean brief;
    try {
      brief = read.isBrief(engines);
    } catch (DatabaseClosedException e) {
      // The call was cancelled meanwhile, and was the last that closing waited for.
      return;
    }
    if (brief && pool.withdraw(task)) {
      task.run();
    }
  }

  private <R> void answer(CallFuture<R> future, Call.Read<R> read) {
    R answer;
    long begun = System.nanoTime();
    try {
      answer = read.answer(engines);
      measures.answered(read, System.nanoTime() - begun);
    } catch (RuntimeException | Error e) {
      future.settleFailed(Failures.of(read.operation(), e));
      return;
    }
    if (!future.settle(answer)) {
      read.discard(answer);
    }
  }

  /** Long work has no deadline; cancelling its future stops it at its next step. */
  private <R> CompletableFuture<R> job(Call.Job<R> job) {
    return begin(
        job.operation(),
        timeout,
        future -> {
          boolean accepted =
              jobs.submit(
                  () -> {
                    if (future.run()) {
                      perform(future, job);
                    }
                  });
          if (!accepted) {
            future.settleFailed(
                new ResourceExhaustedException(
                    Jobs.WAITING_MAX + " backups, exports and the like wait already; retry later",
                    Map.of("operation", job.operation())));
          }
        });
  }

  private <R> void perform(CallFuture<R> future, Call.Job<R> job) {
    R answer;
    try {
      answer = job.perform(engines, future::isAbandoned);
    } catch (RuntimeException | Error e) {
      future.settleFailed(Failures.of(job.operation(), e));
      return;
    }
    future.settle(answer);
  }

  private CompletableFuture<Commit> put(Call.Put put) {
    return begin(
        put.operation(),
        put.timeout(),
        future -> commit(future, put.operation(), put.batch(), put.durability()));
  }

  /** What the store answers; null when nobody wants it any more. */
  @CanIgnoreReturnValue
  private @Nullable CompletableFuture<Commit> commit(
      CallFuture<Commit> future, String operation, WriteBatch batch, Durability durability) {
    if (!future.beginCommit()) {
      return null;
    }
    CompletableFuture<Commit> committed =
        engines.store().commit(batch, durability, future.timeLeft());
    future.committing(committed);
    var _ =
        committed.whenComplete(
            (commit, failure) -> {
              if (failure == null) {
                future.settle(commit);
              } else {
                future.settleFailed(Failures.of(operation, failure));
              }
            });
    return committed;
  }

  private CompletableFuture<Commit> putText(Call.PutText put) {
    return begin(
        put.operation(),
        put.timeout(),
        future ->
            embedding(
                future,
                put.text(),
                embedding -> {
                  WriteBatch batch =
                      batch(put.write(), embedding, put.attributes()).withEmbeddedText(put.text());
                  commit(future, put.operation(), batch, put.durability());
                }));
  }

  private static WriteBatch batch(
      Write.Upsert write, Embedding embedding, CommitAttributes attributes) {
    List<Embedding> embeddings = new ArrayList<>(write.embeddings());
    embeddings.add(embedding);
    Write.Upsert whole =
        new Write.Upsert(
            write.namespace(),
            write.key(),
            write.value(),
            write.metadata(),
            embeddings,
            write.expiry(),
            write.condition());
    return WriteBatch.of(List.of(whole), attributes);
  }

  /** The old state is read on the pool, then committed. */
  private CompletableFuture<Commit> restore(Call.Restore restore) {
    return begin(
        restore.operation(),
        restore.timeout(),
        future -> {
          future.watchDeadline();
          onPool(future, () -> restore(future, restore));
        });
  }

  private void restore(CallFuture<Commit> future, Call.Restore restore) {
    Runnable allowPurges = () -> {};
    try {
      allowPurges = engines.store().holdPurges();
      WriteBatch batch = Restoring.batch(engines.store(), restore);
      if (!future.pause(() -> {})) {
        allowPurges.run();
        return;
      }
      CompletableFuture<Commit> committed =
          commit(future, restore.operation(), batch, restore.durability());
      if (committed == null) {
        allowPurges.run();
      } else {
        Runnable committing = allowPurges;
        var _ = committed.whenComplete((_, _) -> committing.run());
      }
    } catch (RuntimeException | Error e) {
      allowPurges.run();
      future.settleFailed(Failures.of(restore.operation(), e));
    }
  }

  private CompletableFuture<SearchResult> similarText(Call.SimilarText similar) {
    return begin(
        similar.operation(),
        timeout,
        future ->
            embedding(
                future,
                similar.request().text().orElse(""),
                embedding -> {
                  Call.Similar byVector = new Call.Similar(byVector(similar.request(), embedding));
                  onPool(future, () -> answer(future, byVector));
                }));
  }

  private SearchRequest byVector(SearchRequest request, Embedding embedding) {
    EmbeddingSpace space = embedding.space();
    if (!request.space().equals(EmbeddingSpace.DEFAULT_NAME)
        && !request.space().equals(space.name())) {
      throw new ValidationException(
          "the text is to be searched in embedding space \""
              + request.space()
              + "\", but the database's embedder makes vectors of \""
              + space.name()
              + "\"; search by vector instead",
          Map.of("space", request.space(), "embedder", space.name()));
    }
    Store store = engines.store();
    store
        .namespace(store.now(), request.namespace())
        .flatMap(
            namespace ->
                namespace.spaces().stream()
                    .filter(stored -> stored.name().equals(space.name()))
                    .findFirst())
        .filter(stored -> !stored.equals(space))
        .ifPresent(
            stored -> {
              throw new ValidationException(
                  "namespace \""
                      + request.namespace()
                      + "\" holds vectors of "
                      + stored
                      + ", the database's embedder makes vectors of "
                      + space
                      + ": they cannot be compared",
                  Map.of("namespace", request.namespace(), "space", space.name()));
            });
    return request.withVector(embedding.vector()).withSpace(space.name());
  }

  /** Embeds a text, then goes on with {@code next} on the embedder's thread. */
  private void embedding(CallFuture<?> future, String text, Consumer<Embedding> next) {
    Embedder embedder = engines.embedder();
    future.watchDeadline();
    // On the pool: an embedder of somebody else's may block where it should not.
    onPool(future, () -> embed(future, embedder, text, next));
  }

  private static void embed(
      CallFuture<?> future, Embedder embedder, String text, Consumer<Embedding> next) {
    CompletableFuture<List<float[]>> vectors;
    try {
      vectors = Objects.requireNonNull(embedder.embed(List.of(text)), "the embedder answered null");
    } catch (RuntimeException | Error e) {
      future.settleFailed(Failures.ofEmbedder(e));
      return;
    }
    if (!future.pause(() -> giveUp(vectors))) {
      return;
    }
    var _ =
        vectors.whenComplete(
            (embedded, failure) -> {
              if (failure != null) {
                future.settleFailed(Failures.ofEmbedder(failure));
                return;
              }
              try {
                next.accept(only(embedder, embedded));
              } catch (RuntimeException | Error e) {
                future.settleFailed(Failures.of("embedding a text", e));
              }
            });
  }

  /**
   * Cancels on a thread of its own: it is somebody else's code again, which may block or throw, and
   * the thread that gives up may be the one that watches every deadline.
   */
  private static void giveUp(CompletableFuture<?> vectors) {
    Thread.startVirtualThread(
        () -> {
          try {
            vectors.cancel(true);
          } catch (RuntimeException | Error e) {
            LOG.warn("an embedder did not let go of a text that nobody waits for", e);
          }
        });
  }

  private static Embedding only(Embedder embedder, List<float[]> vectors) {
    if (vectors.size() != 1) {
      throw new UnavailableException(
          "the embedder answered " + vectors.size() + " vectors for one text",
          Map.of("model", String.valueOf(embedder.space().model())));
    }
    return Embedding.of(embedder.space(), vectors.getFirst());
  }

  /** Counts a call in and starts it; a failure to start it fails its future. */
  private <R> CompletableFuture<R> begin(
      String operation, Duration within, Consumer<CallFuture<R>> start) {
    int stripe;
    try {
      stripe = gate.enter();
    } catch (DatabaseClosedException e) {
      return CompletableFuture.failedFuture(e);
    }
    CallFuture<R> future = new CallFuture<>(operation, gate, stripe, deadlines, within);
    try {
      start.accept(future);
    } catch (RuntimeException | Error e) {
      future.settleFailed(Failures.of(operation, e));
    }
    return future;
  }

  private void onPool(CallFuture<?> future, Runnable step) {
    var _ = onPool(future, step, false);
  }

  /** Returns what the pool was given. */
  private Runnable onPool(CallFuture<?> future, Runnable step, boolean accepted) {
    Runnable task =
        () -> {
          if (future.run()) {
            step.run();
          }
        };
    future.onWithdrawal(() -> pool.withdraw(task));
    if (accepted) {
      runSoon(task);
    } else if (!pool.submit(task)) {
      future.settleFailed(
          new ResourceExhaustedException(
              "all "
                  + pool.threads()
                  + " read threads are busy and "
                  + pool.queueMax()
                  + " reads wait for them, the bound; retry later, or open with a larger readQueue"
                  + " or more readThreads",
              Map.of(
                  "readQueue", Integer.toString(pool.queueMax()),
                  "readThreads", Integer.toString(pool.threads()))));
    }
    return task;
  }
}
