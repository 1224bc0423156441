package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.nacre.error.ConflictException;
import dev.nacre.model.Commit;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Durability;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.RecordKey;
import dev.nacre.model.SnapshotCheck;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;

/**
 * Random transactions that overlap in every way, in one thread, against a model that keeps the
 * state of every version and the version of the last change of every key: each read is what the
 * model has at the transaction's read point, and each commit succeeds exactly when nobody has
 * changed what the transaction writes or has locked: the first committer wins. Several commits are
 * submitted at once, so that they meet in groups; their order is that of the calls.
 */
class TransactionPropertyTest {
  private static final List<String> NAMESPACES = List.of("left", "right");
  private static final List<String> KEYS = List.of("a", "b", "c");

  @Property(tries = 300)
  void overlappingTransactions_areIsolatedAndTheFirstCommitterWins(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 6) int open) {
    try (Store store = Store.open(StoreOptions.inMemory())) {
      new Run(store, new Random(seed), open).play(120);
    }
  }

  /** A transaction that is open. */
  private record Open(ReadPoint at, Map<RecordKey, Write> writes, List<RecordKey> locked) {}

  /** Submitted, and what the model says of it: the key it conflicts on, or null. */
  private record Submitted(
      CompletableFuture<Commit> commit, long version, @Nullable RecordKey conflict) {}

  private static final class Run {
    private final Store store;
    private final Random random;
    private final int openMost;
    private final List<Open> open = new ArrayList<>();
    private final List<Submitted> submitted = new ArrayList<>();

    /** The state of every version. */
    private final List<Map<RecordKey, String>> states = new ArrayList<>(List.of(Map.of()));

    private final Map<RecordKey, Long> changedAt = new HashMap<>();
    private final Map<String, Long> namespaceEndedAt = new HashMap<>();

    /** The namespaces that are there. */
    private final Set<String> namespaces = new HashSet<>();

    private int value;

    Run(Store store, Random random, int openMost) {
      this.store = store;
      this.random = random;
      this.openMost = openMost;
    }

    void play(int steps) {
      for (int i = 0; i < steps; i++) {
        switch (random.nextInt(12)) {
          case 0, 1 -> begin();
          case 2, 3 -> read();
          case 4, 5, 6 -> write();
          case 7 -> lock();
          case 8, 9 -> commit();
          case 10 -> {
            if (random.nextInt(4) == 0) {
              deleteNamespace();
            } else {
              settle();
            }
          }
          default -> plainWrite();
        }
      }
      settle();
      compare(store.now(), states.getLast());
    }

    private void begin() {
      if (open.size() < openMost) {
        // What is on its way may or may not be visible yet: the version says which it is.
        open.add(new Open(store.now(), new LinkedHashMap<>(), new ArrayList<>()));
      }
    }

    private @Nullable Open any() {
      return open.isEmpty() ? null : open.get(random.nextInt(open.size()));
    }

    private RecordKey anyKey() {
      return new RecordKey(
          NAMESPACES.get(random.nextInt(NAMESPACES.size())), KEYS.get(random.nextInt(KEYS.size())));
    }

    private void read() {
      Open transaction = any();
      if (transaction != null) {
        compare(transaction.at, states.get((int) transaction.at.version()));
      }
    }

    private void compare(ReadPoint at, Map<RecordKey, String> expected) {
      Map<RecordKey, String> found = new TreeMap<>(Comparator.comparing(RecordKey::toString));
      for (String namespace : NAMESPACES) {
        List<Optional<VersionedRecord>> records = store.getAll(at, namespace, KEYS, Set.of());
        for (Optional<VersionedRecord> record : records) {
          record.ifPresent(
              present ->
                  found.put(
                      new RecordKey(namespace, present.key()),
                      present.value().orElseThrow().asString()));
        }
      }
      assertEquals(expected, found, () -> "as of " + at);
    }

    private Write newWrite(RecordKey key) {
      return random.nextInt(3) == 0
          ? new Write.Delete(key.namespace(), key.key(), WriteCondition.none())
          : new Write.Upsert(
              key.namespace(),
              key.key(),
              Value.json(Integer.toString(value++)),
              null,
              List.of(),
              Write.Expiry.Unchanged.UNCHANGED,
              WriteCondition.none());
    }

    private void write() {
      Open transaction = any();
      if (transaction != null) {
        RecordKey key = anyKey();
        transaction.writes.put(key, newWrite(key));
      }
    }

    private void lock() {
      Open transaction = any();
      if (transaction != null) {
        transaction.locked.add(anyKey());
      }
    }

    private void commit() {
      Open transaction = any();
      if (transaction == null) {
        return;
      }
      open.remove(transaction);
      if (transaction.writes.isEmpty()) {
        return;
      }
      WriteBatch batch =
          WriteBatch.of(List.copyOf(transaction.writes.values()), CommitAttributes.NONE)
              .withCheck(new SnapshotCheck(transaction.at, transaction.locked));
      submit(batch, conflict(transaction));
    }

    private @Nullable RecordKey conflict(Open transaction) {
      List<RecordKey> judged = new ArrayList<>(transaction.writes.keySet());
      judged.addAll(transaction.locked);
      for (RecordKey key : judged) {
        long since = transaction.at.version();
        if (changedAt.getOrDefault(key, 0L) > since
            || namespaceEndedAt.getOrDefault(key.namespace(), 0L) > since) {
          return key;
        }
      }
      return null;
    }

    private void plainWrite() {
      submit(WriteBatch.of(newWrite(anyKey())), null);
    }

    private void deleteNamespace() {
      submit(
          WriteBatch.of(
              new Write.DeleteNamespace(NAMESPACES.get(random.nextInt(NAMESPACES.size())))),
          null);
    }

    private void submit(WriteBatch batch, @Nullable RecordKey conflict) {
      if (conflict == null) {
        apply(batch);
      }
      submitted.add(
          new Submitted(
              store.commit(batch, Durability.ASYNC, Duration.ofSeconds(30)),
              states.size() - 1L,
              conflict));
      if (random.nextInt(3) == 0) {
        settle();
      }
    }

    /** What a commit changes, in the model. A delete of what is absent changes nothing. */
    private void apply(WriteBatch batch) {
      long version = states.size();
      Map<RecordKey, String> state = new HashMap<>(states.getLast());
      for (Write write : batch.writes()) {
        switch (write) {
          case Write.Upsert upsert -> {
            RecordKey key = new RecordKey(upsert.namespace(), upsert.key());
            state.put(key, Optional.ofNullable(upsert.value()).orElseThrow().asString());
            changedAt.put(key, version);
            namespaces.add(upsert.namespace());
          }
          case Write.Delete delete -> {
            RecordKey key = new RecordKey(delete.namespace(), delete.key());
            if (state.remove(key) != null) {
              changedAt.put(key, version);
            }
          }
          case Write.DeleteNamespace delete -> {
            if (namespaces.remove(delete.namespace())) {
              namespaceEndedAt.put(delete.namespace(), version);
            }
            state.keySet().removeIf(key -> key.namespace().equals(delete.namespace()));
          }
          case Write.Configure configure -> throw new AssertionError(configure);
        }
      }
      states.add(Map.copyOf(state));
    }

    /** Waits for everything submitted and compares what became of it. */
    private void settle() {
      for (Submitted one : submitted) {
        RecordKey conflict = one.conflict;
        if (conflict == null) {
          assertEquals(one.version, one.commit.join().version());
          continue;
        }
        try {
          throw new AssertionError(one.commit.join() + " should conflict on " + conflict);
        } catch (CompletionException e) {
          ConflictException told = assertInstanceOf(ConflictException.class, e.getCause());
          assertEquals(conflict.key(), told.details().get("key"));
          assertEquals(conflict.namespace(), told.details().get("namespace"));
        }
      }
      submitted.clear();
    }
  }
}
