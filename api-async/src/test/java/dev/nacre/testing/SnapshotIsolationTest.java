package dev.nacre.testing;

import static dev.nacre.testing.Futures.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.Database;
import dev.nacre.Transaction;
import dev.nacre.TransactionOptions;
import dev.nacre.TransactionResult;
import dev.nacre.model.Commit;
import dev.nacre.model.RecordKey;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

/**
 * Histories of random transactions on real threads are checked afterwards: the commits are replayed
 * one after the other in the order of their versions, and then each transaction must have read
 * exactly the state of its read point (overlaid with its own writes), and nobody may have changed
 * what it has written or locked between its read point and its commit. Nor is a read point stale:
 * what was acknowledged to anybody before a transaction began is in it. That leaves no cycle of
 * dependencies but write skew, which snapshot isolation permits. Beside it money is moved: the sum
 * is the same in every read.
 */
class SnapshotIsolationTest {
  private static final int THREADS = 4;
  private static final int TRANSACTIONS = 30;
  private static final List<String> NAMESPACES = List.of("left", "right");
  private static final List<String> KEYS = List.of("a", "b", "c");

  /** What a transaction has seen and done. */
  private record Done(
      long readVersion,
      Optional<Commit> commit,
      List<Read> reads,
      Map<RecordKey, Optional<String>> writes,
      Set<RecordKey> locked) {}

  /**
   * A read.
   *
   * @param own whether the transaction had written the key before
   */
  private record Read(RecordKey key, Optional<String> value, boolean own) {}

  @Property(tries = 12)
  void concurrentTransactions_areSnapshotIsolated(@ForAll long seed) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try (Database db = Database.openInMemory()) {
      List<Future<List<Done>>> running = new ArrayList<>();
      AtomicLong acknowledged = new AtomicLong();
      for (int i = 0; i < THREADS; i++) {
        Random random = new Random(seed + i);
        String name = "t" + i;
        running.add(threads.submit(() -> play(db, name, random, acknowledged)));
      }
      List<Done> all = new ArrayList<>();
      for (Future<List<Done>> thread : running) {
        all.addAll(thread.get());
      }
      check(db, all);
    } finally {
      threads.shutdownNow();
    }
  }

  private static List<Done> play(
      Database db, String thread, Random random, AtomicLong acknowledged) {
    List<Done> all = new ArrayList<>();
    for (int i = 0; i < TRANSACTIONS; i++) {
      String value = thread + "-" + i;
      long seed = random.nextLong();
      long known = acknowledged.get();
      TransactionResult<Done> result =
          await(
              db.transaction(
                  TransactionOptions.DEFAULT.withAttempts(1_000),
                  transaction -> body(transaction, value, new Random(seed))));
      assertTrue(
          result.readPoint().version() >= known,
          () -> "read at " + result.readPoint() + ", acknowledged before it began: " + known);
      result
          .commit()
          .ifPresent(commit -> acknowledged.accumulateAndGet(commit.version(), Math::max));
      Done done = result.value();
      all.add(
          new Done(
              result.readPoint().version(), result.commit(), done.reads, done.writes, done.locked));
    }
    return all;
  }

  /** A few random steps; asynchronous as a caller would write them, one after the other. */
  private static CompletableFuture<Done> body(
      Transaction transaction, String value, Random random) {
    List<Read> reads = new ArrayList<>();
    Map<RecordKey, Optional<String>> writes = new HashMap<>();
    Set<RecordKey> locked = new HashSet<>();
    CompletableFuture<?> step = CompletableFuture.completedFuture(null);
    int steps = 1 + random.nextInt(6);
    for (int i = 0; i < steps; i++) {
      RecordKey key =
          new RecordKey(
              NAMESPACES.get(random.nextInt(NAMESPACES.size())),
              KEYS.get(random.nextInt(KEYS.size())));
      int what = random.nextInt(6);
      String written = value + "-" + i;
      step =
          step.thenCompose(
              _ -> {
                switch (what) {
                  case 0, 1 -> {
                    transaction.put(key.namespace(), key.key(), Value.text(written));
                    writes.put(key, Optional.of(written));
                  }
                  case 2 -> {
                    transaction.delete(key.namespace(), key.key());
                    writes.put(key, Optional.empty());
                  }
                  case 3 -> {
                    transaction.lock(key.namespace(), key.key());
                    locked.add(key);
                  }
                  default -> {
                    boolean own = writes.containsKey(key);
                    return transaction
                        .get(key.namespace(), key.key())
                        .thenApply(record -> reads.add(new Read(key, text(record), own)));
                  }
                }
                return CompletableFuture.completedFuture(true);
              });
    }
    return step.thenApply(
        _ -> new Done(0, Optional.empty(), reads, Map.copyOf(writes), Set.copyOf(locked)));
  }

  private static Optional<String> text(Optional<VersionedRecord> record) {
    return record.flatMap(VersionedRecord::value).map(Value::asString);
  }

  private static void check(Database db, List<Done> all) {
    Map<Long, Done> commits = new TreeMap<>();
    for (Done done : all) {
      done.commit.ifPresent(
          commit ->
              assertTrue(commits.put(commit.version(), done) == null, "two commits of a version"));
      assertEquals(done.writes.isEmpty(), done.commit.isEmpty());
    }
    // Nobody else writes: every version is one of theirs.
    assertEquals(commits.size(), await(db.stats()).readPoint().version());
    List<Map<RecordKey, String>> states = new ArrayList<>(List.of(Map.of()));
    Map<RecordKey, List<Long>> changes = new HashMap<>();
    commits.forEach(
        (version, done) -> {
          Map<RecordKey, String> state = new HashMap<>(states.getLast());
          done.writes.forEach(
              (key, value) -> {
                @Nullable String before = state.get(key);
                if (value.isPresent()) {
                  state.put(key, value.orElseThrow());
                } else {
                  state.remove(key);
                }
                if (before != null || value.isPresent()) {
                  changes.computeIfAbsent(key, _ -> new ArrayList<>()).add(version);
                }
              });
          states.add(state);
        });
    for (Done done : all) {
      Map<RecordKey, String> state = states.get((int) done.readVersion);
      for (Read read : done.reads) {
        if (!read.own) {
          assertEquals(
              Optional.ofNullable(state.get(read.key)),
              read.value,
              () -> read.key + " at " + done.readVersion);
        }
      }
      done.commit.ifPresent(commit -> checkFirstCommitter(done, commit.version(), changes));
    }
    Map<RecordKey, String> last = states.getLast();
    for (String namespace : NAMESPACES) {
      for (String key : KEYS) {
        assertEquals(
            Optional.ofNullable(last.get(new RecordKey(namespace, key))),
            text(await(db.get(namespace, key))));
      }
    }
  }

  private static void checkFirstCommitter(
      Done done, long version, Map<RecordKey, List<Long>> changes) {
    Set<RecordKey> judged = new HashSet<>(done.writes.keySet());
    judged.addAll(done.locked);
    for (RecordKey key : judged) {
      for (long changed : changes.getOrDefault(key, List.of())) {
        assertTrue(
            changed <= done.readVersion || changed >= version,
            () -> key + " changed at " + changed + " between " + done + " and its commit");
      }
    }
  }

  @Property(tries = 5)
  void moneyThatIsMoved_isNeitherMadeNorLost(@ForAll long seed) throws Exception {
    int accounts = 6;
    int each = 100;
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try (Database db = Database.openInMemory()) {
      List<String> keys = new ArrayList<>();
      for (int i = 0; i < accounts; i++) {
        keys.add("account" + i);
        var _ = await(db.put("bank", "account" + i, Value.json(Integer.toString(each))));
      }
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        Random random = new Random(seed + i);
        running.add(
            threads.submit(
                () -> {
                  for (int move = 0; move < 25; move++) {
                    move(db, keys, random);
                    assertEquals(accounts * each, sum(await(db.getAll("bank", keys))));
                  }
                }));
      }
      for (Future<?> thread : running) {
        var _ = thread.get();
      }
      assertEquals(accounts * each, sum(await(db.getAll("bank", keys))));
    } finally {
      threads.shutdownNow();
    }
  }

  private static void move(Database db, List<String> keys, Random random) {
    String from = keys.get(random.nextInt(keys.size()));
    String to = keys.get(random.nextInt(keys.size()));
    int amount = 1 + random.nextInt(20);
    if (from.equals(to)) {
      return;
    }
    var _ =
        await(
            db.transaction(
                TransactionOptions.DEFAULT.withAttempts(1_000),
                transaction ->
                    transaction
                        .getAll("bank", List.of(from, to))
                        .thenApply(
                            records -> {
                              int left = sum(records.subList(0, 1)) - amount;
                              int right = sum(records.subList(1, 2)) + amount;
                              transaction.put("bank", from, Value.json(Integer.toString(left)));
                              transaction.put("bank", to, Value.json(Integer.toString(right)));
                              return left;
                            })));
  }

  private static int sum(List<Optional<VersionedRecord>> records) {
    return records.stream().mapToInt(record -> Integer.parseInt(text(record).orElseThrow())).sum();
  }
}
