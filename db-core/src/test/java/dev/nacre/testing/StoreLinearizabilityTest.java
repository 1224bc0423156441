package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.ConflictException;
import dev.nacre.model.AsOf;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Durability;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.RecordKey;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.SnapshotCheck;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import dev.nacre.store.CachedRead;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.testing.ConcurrentHistory.Call;
import dev.nacre.testing.ConcurrentHistory.Meaning;
import dev.nacre.testing.ConcurrentHistory.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Reads, writes, conditional writes and transactions of concurrent callers look as if they had
 * happened one after another, across namespaces. Random programs run on real threads and each
 * result is explained or not; Lincheck would do the same here, because its model checker cannot see
 * into RocksDB, and its instrumentation does not run on JDK 25.
 */
class StoreLinearizabilityTest {
  private static final int THREADS = 4;
  private static final int CALLS = 4;
  private static final List<String> KEYS = List.of("1", "2");

  private final Store store = Store.open(StoreOptions.inMemory());
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

  @AfterEach
  void close() {
    threads.shutdownNow();
    store.close();
  }

  @Test
  void calls_ofConcurrentCallers_areLinearizable() throws Exception {
    check(2_000, new Random().nextLong());
  }

  @Tag("soak")
  @Test
  void calls_ofConcurrentCallersForLong_areLinearizable() throws Exception {
    check(500_000, new Random().nextLong());
  }

  private void check(int rounds, long seed) throws Exception {
    Random random = new Random(seed);
    for (int round = 0; round < rounds; round++) {
      ConcurrentHistory<State> history = round("n" + round, random);
      int failed = round;
      assertTrue(
          history.isLinearizable(State.EMPTY),
          () -> "seed " + seed + ", round " + failed + ": no order explains" + history);
    }
  }

  private ConcurrentHistory<State> round(String namespace, Random random) throws Exception {
    ConcurrentHistory<State> history = new ConcurrentHistory<>();
    CyclicBarrier start = new CyclicBarrier(THREADS);
    List<Future<?>> running = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      List<Planned> calls = random.ints(CALLS).mapToObj(this::planned).toList();
      running.add(
          threads.submit(
              () -> {
                int _ = start.await();
                for (Planned call : calls) {
                  call.perform(namespace, history);
                }
                return null;
              }));
    }
    for (Future<?> thread : running) {
      var _ = thread.get();
    }
    return history;
  }

  /**
   * Two namespaces.
   *
   * @param left by key
   * @param right by key
   */
  private record State(Map<String, Integer> left, Map<String, Integer> right) {
    static final State EMPTY = new State(Map.of(), Map.of());

    State with(String key, @Nullable Integer value) {
      Map<String, Integer> changed = new TreeMap<>(left);
      if (value == null) {
        changed.remove(key);
      } else {
        changed.put(key, value);
      }
      return new State(changed, right);
    }

    State withBoth(String key, int value) {
      Map<String, Integer> changed = new TreeMap<>(right);
      changed.put(key, value);
      return new State(with(key, value).left, changed);
    }
  }

  /** What is done to a namespace. */
  private interface Action {
    @Nullable Object in(String namespace);
  }

  /**
   * A call before it is made.
   *
   * @param name for messages
   * @param action what it does to the store
   * @param meaning what it should do
   */
  private record Planned(String name, Action action, Meaning<State> meaning) {
    void perform(String namespace, ConcurrentHistory<State> history) {
      long began = System.nanoTime();
      Object result = action.in(namespace);
      history.add(new Call<>(name, meaning, result, began, System.nanoTime()));
    }
  }

  private Planned planned(int seed) {
    Random random = new Random(seed);
    String key = KEYS.get(random.nextInt(KEYS.size()));
    int value = random.nextInt(3);
    int expected = random.nextInt(3);
    return switch (random.nextInt(13)) {
      case 0 ->
          new Planned(
              "put " + key + " " + value,
              ns -> done(() -> commit(upsert(ns, key, value, WriteCondition.none()))),
              state -> new Outcome<>(state.with(key, value), null));
      case 1 ->
          new Planned(
              "delete " + key,
              ns -> done(() -> commit(new Write.Delete(ns, key, WriteCondition.none()))),
              state -> new Outcome<>(state.with(key, null), null));
      case 2, 3 ->
          new Planned(
              "get " + key,
              ns -> find(ns, key).map(StoreLinearizabilityTest::number).orElse(null),
              state -> new Outcome<>(state, state.left.get(key)));
      case 4 ->
          new Planned(
              "getCached " + key,
              ns -> getCached(ns, key),
              state -> new Outcome<>(state, state.left.get(key)));
      case 5 ->
          new Planned(
              "putIfAbsent " + key + " " + value,
              ns -> attempt(upsert(ns, key, value, WriteCondition.ifAbsent())),
              state ->
                  state.left.containsKey(key)
                      ? new Outcome<>(state, false)
                      : new Outcome<>(state.with(key, value), true));
      case 6 ->
          new Planned(
              "replace " + key + " " + expected + " by " + value,
              ns -> replace(ns, key, expected, value),
              state -> replaced(state, key, expected, value));
      case 7 ->
          new Planned(
              "delete " + key + " if " + expected,
              ns -> replace(ns, key, expected, null),
              state -> replaced(state, key, expected, null));
      case 8 ->
          new Planned(
              "put both " + key + " " + value,
              ns ->
                  done(
                      () ->
                          commit(
                              upsert(ns, key, value, WriteCondition.none()),
                              upsert(ns + "right", key, value, WriteCondition.none()))),
              state -> new Outcome<>(state.withBoth(key, value), null));
      case 9 ->
          new Planned(
              "add " + (value + 1) + " to " + key,
              ns -> transaction(ns, Set.of(), state -> added(state, key, value + 1)),
              state -> new Outcome<>(added(state, key, value + 1), null));
      case 10 ->
          // Reads one namespace and writes the other: locked, that is linearizable, too.
          new Planned(
              "copy " + key + " to the right",
              ns -> transaction(ns, Set.of(key), state -> copied(state, key)),
              state -> new Outcome<>(copied(state, key), null));
      case 11 ->
          new Planned(
              "swap",
              ns -> transaction(ns, Set.of(), StoreLinearizabilityTest::swapped),
              state -> new Outcome<>(swapped(state), null));
      default ->
          new Planned(
              "scan both",
              this::scanBoth,
              state -> new Outcome<>(state, List.of(state.left, state.right)));
    };
  }

  private static State added(State state, String key, int number) {
    return state.with(key, state.left.getOrDefault(key, 0) + number);
  }

  private static State copied(State state, String key) {
    Map<String, Integer> changed = new TreeMap<>(state.right);
    Integer found = state.left.get(key);
    if (found == null) {
      changed.remove(key);
    } else {
      changed.put(key, found);
    }
    return new State(state.left, changed);
  }

  private static State swapped(State state) {
    return state
        .with(KEYS.getFirst(), state.left.get(KEYS.getLast()))
        .with(KEYS.getLast(), state.left.get(KEYS.getFirst()));
  }

  /** Reads everything, writes what a change has made different, again until nobody is between. */
  private @Nullable Object transaction(
      String namespace, Set<String> locked, UnaryOperator<State> change) {
    while (true) {
      ReadPoint at = store.now();
      State before = new State(numbers(at, namespace), numbers(at, namespace + "right"));
      State after = change.apply(before);
      List<Write> writes = new ArrayList<>();
      addWrites(writes, namespace, before.left, after.left);
      addWrites(writes, namespace + "right", before.right, after.right);
      List<RecordKey> locks = new ArrayList<>();
      locked.forEach(key -> locks.add(new RecordKey(namespace, key)));
      if (writes.isEmpty()) {
        // Nothing is to be committed: what was read was one moment, within the call.
        return null;
      }
      try {
        WriteBatch batch =
            WriteBatch.of(writes, CommitAttributes.NONE).withCheck(new SnapshotCheck(at, locks));
        var _ = store.commit(batch, Durability.ASYNC, Duration.ofSeconds(30)).join();
        return null;
      } catch (CompletionException e) {
        if (!(e.getCause() instanceof ConflictException)) {
          throw e;
        }
      }
    }
  }

  private Map<String, Integer> numbers(ReadPoint at, String namespace) {
    Map<String, Integer> numbers = new TreeMap<>();
    for (Optional<VersionedRecord> record : store.getAll(at, namespace, KEYS, Set.of())) {
      record.ifPresent(present -> numbers.put(present.key(), number(present)));
    }
    return numbers;
  }

  private static void addWrites(
      List<Write> writes,
      String namespace,
      Map<String, Integer> before,
      Map<String, Integer> after) {
    for (String key : KEYS) {
      Integer to = after.get(key);
      if (!Objects.equals(before.get(key), to)) {
        writes.add(
            to == null
                ? new Write.Delete(namespace, key, WriteCondition.none())
                : upsert(namespace, key, to, WriteCondition.none()));
      }
    }
  }

  private static Outcome<State> replaced(
      State state, String key, int expected, @Nullable Integer value) {
    Integer found = state.left.get(key);
    return found != null && found == expected
        ? new Outcome<>(state.with(key, value), true)
        : new Outcome<>(state, false);
  }

  private boolean replace(String namespace, String key, int expected, @Nullable Integer value) {
    while (true) {
      Optional<VersionedRecord> found = find(namespace, key);
      if (found.isEmpty() || number(found.orElseThrow()) != expected) {
        return false;
      }
      WriteCondition unchanged = WriteCondition.ifVersion(found.orElseThrow().version());
      Write write =
          value == null
              ? new Write.Delete(namespace, key, unchanged)
              : upsert(namespace, key, value, unchanged);
      if (attempt(write)) {
        return true;
      }
    }
  }

  private Object scanBoth(String namespace) {
    ReadPoint now = store.now();
    Map<String, Integer> left = new TreeMap<>();
    store
        .scan(ScanRequest.of(namespace).withAsOf(AsOf.version(now.version())))
        .items()
        .forEach(record -> left.put(record.key(), number(record)));
    Map<String, Integer> right = new TreeMap<>();
    for (Optional<VersionedRecord> record :
        store.getAll(now, namespace + "right", KEYS, Set.of())) {
      record.ifPresent(present -> right.put(present.key(), number(present)));
    }
    return List.of(left, right);
  }

  private @Nullable Integer getCached(String namespace, String key) {
    Optional<VersionedRecord> found =
        store.getCached(store.now(), namespace, key) instanceof CachedRead.Answer cached
            ? cached.answer()
            : find(namespace, key);
    return found.map(StoreLinearizabilityTest::number).orElse(null);
  }

  private Optional<VersionedRecord> find(String namespace, String key) {
    return store.get(store.now(), namespace, key, Set.of());
  }

  private static int number(VersionedRecord record) {
    return Integer.parseInt(record.value().orElseThrow().asString());
  }

  private static Write upsert(String namespace, String key, int value, WriteCondition condition) {
    return new Write.Upsert(
        namespace,
        key,
        Value.json(Integer.toString(value)),
        null,
        List.of(),
        Write.Expiry.Unchanged.UNCHANGED,
        condition);
  }

  private boolean attempt(Write write) {
    try {
      commit(write);
      return true;
    } catch (CompletionException e) {
      if (e.getCause() instanceof ConflictException) {
        return false;
      }
      throw e;
    }
  }

  private void commit(Write... writes) {
    WriteBatch batch = WriteBatch.of(List.of(writes), CommitAttributes.NONE);
    var _ = store.commit(batch, Durability.ASYNC, Duration.ofSeconds(30)).join();
  }

  private static @Nullable Object done(Runnable action) {
    action.run();
    return null;
  }
}
