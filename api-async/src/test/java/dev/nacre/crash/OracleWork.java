package dev.nacre.crash;

import static java.util.Objects.requireNonNull;

import dev.nacre.BatchRequest;
import dev.nacre.Database;
import dev.nacre.DeleteRequest;
import dev.nacre.EmbedRequest;
import dev.nacre.GetRequest;
import dev.nacre.PutRequest;
import dev.nacre.RestoreRequest;
import dev.nacre.Snapshot;
import dev.nacre.TransactionOptions;
import dev.nacre.WriteOptions;
import dev.nacre.diff.DiffRequest;
import dev.nacre.error.DatabaseClosedException;
import dev.nacre.error.NacreException;
import dev.nacre.maintain.BackupRequest;
import dev.nacre.model.AsOf;
import dev.nacre.model.Commit;
import dev.nacre.model.Durability;
import dev.nacre.model.HistoryRequest;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.search.SearchRequest;
import dev.nacre.testing.OracleWorkload;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Everything that a database can do, from several threads, until it is stopped or the end. */
final class OracleWork {
  private static final int WRITERS = 3;
  private static final int OUTSTANDING = 4;
  private static final int RETRIED = 6;
  private static final int STEP_SECONDS_MAX = 4;
  private static final long PAUSE_NANOS = 10_000_000;
  private static final Duration LONG = Duration.ofSeconds(60);

  private final Database database;
  private final OracleOrder order;
  private final OracleJournal journal;
  private final CountDownLatch enough = new CountDownLatch(1);
  private final AtomicInteger commits = new AtomicInteger();
  private final AtomicLong newest = new AtomicLong();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean stopped;

  OracleWork(Database database, OracleOrder order, OracleJournal journal) {
    this.database = database;
    this.order = order;
    this.journal = journal;
  }

  /**
   * Sends again what lives before this one have sent last, with the same idempotency keys: what was
   * acknowledged is answered as it was, of the rest nobody knows whether it was committed.
   */
  void retry(List<OracleJournal.Line> before) {
    Map<String, OracleJournal.Line> told = new HashMap<>();
    before.forEach(line -> told.put(line.token(), line));
    List<String> last =
        before.reversed().stream()
            .map(OracleJournal.Line::token)
            .filter(token -> token.indexOf(';') < 0)
            .limit(RETRIED)
            .toList();
    for (String token : last) {
      int dash = token.lastIndexOf('-');
      int number = Integer.parseInt(token.substring(dash + 1));
      for (int next = number; next < number + OUTSTANDING; next++) {
        String again = token.substring(0, dash + 1) + next;
        if (OracleWorkload.isRepeatable(again)) {
          retry(again, told.get(again));
        }
      }
    }
  }

  private void retry(String token, OracleJournal.@Nullable Line line) {
    CompletableFuture<Commit> sent = batch(OracleWorkload.batch(token), WriteOptions.DEFAULT);
    if (line == null) {
      settle(told(token, sent));
      return;
    }
    try {
      Commit commit = sent.join();
      if (!line.committed()
          || commit.version() != line.version()
          || !commit.committedAt().toString().equals(line.committedAt())) {
        throw new AssertionError(token + " was " + line + " and is now " + commit);
      }
    } catch (CompletionException e) {
      if (line.committed() || !isRefusal(e)) {
        throw e;
      }
    }
  }

  void start() {
    Random random = new Random(order.seed());
    for (int i = 0; i < WRITERS; i++) {
      String name = order.life() + "-" + i;
      long seed = random.nextLong();
      start(() -> write(name, new Random(seed)));
    }
    long seed = random.nextLong();
    start(() -> maintain(new Random(seed)));
    long reads = random.nextLong();
    start(() -> read(new Random(reads)));
  }

  private void start(Runnable loop) {
    threads.add(
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    loop.run();
                  } catch (DatabaseClosedException e) {
                    if (!stopped) {
                      OracleChild.failed(e);
                    }
                  } catch (RuntimeException | Error e) {
                    OracleChild.failed(e);
                  }
                }));
  }

  /** Waits for the commits, and for the step that is to be the last, but not for ever. */
  void awaitEnough() throws InterruptedException {
    enough.await();
    if (order.step() != null && !order.closes()) {
      boolean _ = new CountDownLatch(1).await(STEP_SECONDS_MAX, TimeUnit.SECONDS);
    }
  }

  void awaitForever() throws InterruptedException {
    boolean _ = new CountDownLatch(1).await(1, TimeUnit.DAYS);
  }

  /** Waits for the writers; the others may be closed upon. */
  void stop() throws InterruptedException {
    stopped = true;
    for (Thread writer : threads.subList(0, WRITERS)) {
      writer.join();
    }
  }

  // ---- Writing.

  private void write(String name, Random random) {
    Queue<CompletableFuture<Void>> pending = new ArrayDeque<>();
    for (int i = 0; !stopped; i++) {
      if (enough.getCount() == 0) {
        // What has not come yet is waited for: a few commits a second keep everything going.
        LockSupport.parkNanos(this, PAUSE_NANOS);
      }
      pending.add(change(name + "-" + i, random));
      if (pending.size() == OUTSTANDING || random.nextInt(4) == 0) {
        pending.forEach(OracleWork::settle);
        pending.clear();
      }
    }
    pending.forEach(OracleWork::settle);
  }

  private CompletableFuture<Void> change(String name, Random random) {
    WriteOptions options =
        WriteOptions.DEFAULT
            .withTimeout(LONG)
            .withDurability(random.nextInt(3) == 0 ? Durability.SYNC : Durability.ASYNC);
    int what = random.nextInt(20);
    if (what < 3) {
      return add(OracleWorkload.adding(name), options);
    }
    if (what < 5 && newest.get() > 0) {
      return restore(name, options, random);
    }
    String token = what < 8 ? conditional(name, random) : name;
    WriteBatch batch = OracleWorkload.batch(token);
    if (OracleWorkload.isRepeatable(token)) {
      return repeat(token, batch, options, random);
    }
    return told(token, batch.writes().size() == 1 ? single(batch, options) : batch(batch, options));
  }

  private CompletableFuture<Commit> batch(WriteBatch batch, WriteOptions options) {
    return database.batch(BatchRequest.of(batch).withOptions(options));
  }

  /** The same write by the call that is made for it. */
  private CompletableFuture<Commit> single(WriteBatch batch, WriteOptions options) {
    return switch (batch.writes().getFirst()) {
      case Write.Delete delete ->
          database.delete(
              new DeleteRequest(
                  delete.namespace(),
                  delete.key(),
                  delete.condition(),
                  batch.attributes(),
                  options));
      case Write.Upsert upsert when upsert.value() != null -> {
        Value value = requireNonNull(upsert.value());
        yield database.put(
            new PutRequest(
                upsert.namespace(),
                upsert.key(),
                value,
                upsert.metadata(),
                upsert.embeddings(),
                null,
                upsert.expiry(),
                upsert.condition(),
                batch.attributes(),
                options));
      }
      case Write.Upsert upsert when upsert.embeddings().size() == 1 ->
          database.embed(
              new EmbedRequest(
                  upsert.namespace(),
                  upsert.key(),
                  new EmbedRequest.Source.Given(upsert.embeddings().getFirst()),
                  upsert.metadata(),
                  upsert.expiry(),
                  upsert.condition(),
                  batch.attributes(),
                  options));
      default -> batch(batch, options);
    };
  }

  /** Under an idempotency key, perhaps twice, perhaps one of a life before. */
  private CompletableFuture<Void> repeat(
      String token, WriteBatch batch, WriteOptions options, Random random) {
    CompletableFuture<Commit> first = batch(batch, options);
    CompletableFuture<Void> told = told(token, first);
    if (random.nextBoolean()) {
      // Told first, so that there is nothing new beside the retry and the log may have to be
      // synced.
      settle(told);
      Commit commit = first.join();
      Commit again = batch(batch, options.withDurability(Durability.SYNC)).join();
      if (!again.equals(commit)) {
        throw new AssertionError(token + " was " + commit + " and is now " + again);
      }
    }
    return told;
  }

  private String conditional(String name, Random random) {
    int key = random.nextInt(OracleWorkload.KEYS.size());
    long version =
        database
            .get(OracleWorkload.KEPT, OracleWorkload.KEYS.get(key))
            .join()
            .map(VersionedRecord::version)
            .orElse(0L);
    // Now and then one that cannot hold.
    return OracleWorkload.conditional(name, key, random.nextInt(6) == 0 ? version + 1 : version);
  }

  private CompletableFuture<Void> add(String token, WriteOptions options) {
    return told(
        token,
        database
            .transaction(
                new TransactionOptions(20, options, OracleWorkload.attributes(token)),
                transaction -> {
                  List<String> keys = OracleWorkload.counters(token);
                  return transaction
                      .getAll(OracleWorkload.COUNTERS, keys)
                      .thenApply(
                          counters -> {
                            for (Write write :
                                OracleWorkload.added(
                                        token, key -> count(counters.get(keys.indexOf(key))))
                                    .writes()) {
                              Write.Upsert upsert = (Write.Upsert) write;
                              transaction.put(
                                  upsert.namespace(), upsert.key(), requireNonNull(upsert.value()));
                            }
                            return null;
                          });
                })
            .thenApply(result -> result.commit().orElseThrow()));
  }

  private static long count(Optional<VersionedRecord> counter) {
    return counter
        .map(record -> Long.parseLong(record.value().orElseThrow().asString()))
        .orElse(0L);
  }

  private CompletableFuture<Void> restore(String name, WriteOptions options, Random random) {
    int namespace = random.nextInt(OracleWorkload.NAMESPACES.size());
    // Counters that go back would be no sums any more, yet the model knows that, too.
    int key = random.nextInt(OracleWorkload.keys(namespace).size());
    long seen = newest.get();
    long version = Math.max(1, seen - random.nextInt(40));
    String token = OracleWorkload.restoring(name, namespace, key, version);
    OracleWorkload.Restored restored = OracleWorkload.restored(token);
    return told(
        token,
        database.restore(
            RestoreRequest.of(restored.namespace(), restored.key(), AsOf.version(version))
                .withAttributes(OracleWorkload.attributes(token))
                .withOptions(options)));
  }

  /** Writes down what became of a commit. */
  private CompletableFuture<Void> told(String token, CompletableFuture<Commit> commit) {
    return commit.handle(
        (done, failure) -> {
          if (failure == null) {
            journal.committed(done, token);
            long _ = newest.accumulateAndGet(done.version(), Math::max);
            count();
          } else if (isRefusal(failure)) {
            journal.refused(token);
          } else {
            throw new CompletionException(failure);
          }
          return null;
        });
  }

  private void count() {
    if (commits.incrementAndGet() == order.commits()) {
      enough.countDown();
    }
  }

  private static void settle(CompletableFuture<?> future) {
    try {
      var _ = future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  /** What the workload asks for and cannot have; nothing was written then. */
  private static boolean isRefusal(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof NacreException refusal
        && switch (refusal.code()) {
          case CONFLICT, VALIDATION, HISTORY_DROPPED, KEY_NOT_FOUND -> true;
          default -> false;
        };
  }

  // ---- Looking after it.

  private final AtomicInteger purges = new AtomicInteger();

  private enum Task {
    SWEEP,
    PURGE,
    COMPACT,
    BACKUP
  }

  private void maintain(Random random) {
    Task asked = asked();
    while (!stopped) {
      if (asked == null) {
        LockSupport.parkNanos(this, random.nextLong(PAUSE_NANOS));
      }
      Task[] all = Task.values();
      Task task = asked == null ? all[random.nextInt(all.length)] : asked;
      attempt(
          () ->
              switch (task) {
                case SWEEP -> database.sweep();
                case COMPACT -> database.compact();
                case BACKUP -> database.backup(BackupRequest.to(order.backups()));
                case PURGE ->
                    purge(
                        OracleWorkload.purging(
                            order.life() + "-p-" + purges.incrementAndGet(), random));
              });
    }
  }

  private CompletableFuture<?> purge(String token) {
    return database
        .purge(OracleWorkload.purge(token))
        .thenApply(
            report -> {
              journal.committed(
                  new Commit(report.purge().version(), report.purge().committedAt(), ""), token);
              count();
              return report;
            });
  }

  /** What leads to the step where the life is to end. */
  private @Nullable Task asked() {
    if (order.step() == null) {
      return null;
    }
    String step = order.step().name();
    for (Map.Entry<String, Task> of :
        Map.of(
                "PURGE_", Task.PURGE,
                "BACKUP_", Task.BACKUP,
                "COMPACTED", Task.COMPACT,
                "EXPIRY_", Task.SWEEP,
                "FLOOR_", Task.SWEEP,
                "ROWS_", Task.SWEEP)
            .entrySet()) {
      if (step.startsWith(of.getKey())) {
        return of.getValue();
      }
    }
    return null;
  }

  // ---- Reading.

  private void read(Random random) {
    boolean searches = order.step() != null && order.step().name().startsWith("INDEX_");
    while (!stopped) {
      LockSupport.parkNanos(this, random.nextLong(PAUSE_NANOS / 5));
      int namespace = random.nextInt(OracleWorkload.NAMESPACES.size());
      String name = OracleWorkload.NAMESPACES.get(namespace);
      List<String> keys = OracleWorkload.keys(namespace);
      String key = keys.get(random.nextInt(keys.size()));
      long seen = newest.get();
      AsOf then = seen == 0 ? AsOf.now() : AsOf.version(Math.max(1, seen - random.nextInt(30)));
      attempt(
          () ->
              switch (searches ? 7 : random.nextInt(8)) {
                case 0 -> database.get(name, key);
                case 1 -> database.get(GetRequest.of(name, key).withAsOf(then));
                case 2 -> database.scanPage(ScanRequest.of(name).withAsOf(then));
                case 3 -> database.history(HistoryRequest.of(name, key));
                case 4 -> database.diff(DiffRequest.of(name, then, AsOf.now()));
                case 5 -> snapshot(name, key);
                default -> search(random);
              });
    }
  }

  private CompletableFuture<?> snapshot(String namespace, String key) {
    return database
        .snapshot()
        .thenCompose(
            (Snapshot snapshot) ->
                snapshot.get(namespace, key).whenComplete((_, _) -> snapshot.close()));
  }

  private CompletableFuture<?> search(Random random) {
    long before = newest.get();
    return database
        .similar(SearchRequest.byVector(OracleWorkload.VECTORS, vector(random)).withK(5))
        .thenApply(
            result -> {
              if (result.readPoint().version() < before) {
                throw new AssertionError("version " + before + " was acknowledged: " + result);
              }
              return result;
            });
  }

  private static float[] vector(Random random) {
    float[] vector = new float[OracleWorkload.SPACES.getFirst().dimension()];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = 0.1f + random.nextFloat();
    }
    return vector;
  }

  @FunctionalInterface
  private interface Attempt {
    CompletableFuture<?> begin();
  }

  /** What is not there cannot be had; anything else is a finding. */
  private static void attempt(Attempt attempt) {
    try {
      settle(attempt.begin());
    } catch (NacreException e) {
      if (!isRefusal(e)) {
        throw e;
      }
    }
  }
}
