package dev.nacre.testing;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.HistoryDroppedException;
import dev.nacre.model.AsOf;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.Retention;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import dev.nacre.store.Pin;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.Sweeping;
import dev.nacre.store.verify.StoreVerification;
import dev.nacre.store.verify.ViewCheck;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: readers of the past beside a sweeper never see a silent gap. Method: commit v of a
 * namespace writes key v mod {@link #KEYS}, with its number as value and in its vector; so
 * everything at every moment is known. Readers ask about random moments of the near past while the
 * sweeper works all the time; each answer is right as a whole, or refused.
 */
@Timeout(120)
class RetentionRaceTest {
  private static final EmbeddingSpace SPACE = EmbeddingSpace.of(2);
  private static final int KEYS = 7;
  private static final int COMMITS = 6_000;
  private static final int RECENT = 400;

  @TempDir Path directory;
  private final AtomicBoolean done = new AtomicBoolean();
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong answered = new AtomicLong();

  @Test
  void readersOfThePast_besideTheSweeper_duration() throws Exception {
    race(Retention.duration(Duration.ofMillis(3)));
  }

  @Test
  void readersOfThePast_besideTheSweeper_versions() throws Exception {
    race(Retention.lastVersions(2));
  }

  private void race(Retention retention) throws Exception {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Path db = directory.resolve("db");
    StoreOptions options =
        StoreOptions.in(db)
            .withWriteBufferBytes(1 << 20)
            .withSweeping(new Sweeping(Duration.ofMillis(1), Duration.ofMillis(1)));
    try (Store store = Store.open(options);
        ExecutorService readers = Executors.newFixedThreadPool(3)) {
      commit(store, new Write.Configure("ns", NamespaceOptions.DEFAULT.withRetention(retention)));
      List<Future<?>> reading = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        Random random = new Random(seed + i);
        reading.add(readers.submit(() -> read(store, random)));
      }
      try {
        for (long version = 2; version < COMMITS; version++) {
          commit(store, write(version));
        }
      } finally {
        done.set(true);
      }
      for (Future<?> reader : reading) {
        var _ = reader.get(60, SECONDS);
      }
      assertTrue(store.statistics().sweeps().total().historyRows() > COMMITS / 4);
      assertEquals(0, store.statistics().sweeps().failures());
      assertTrue(answered.get() > 0);
      assertTrue(refused.get() > 0, "the sweeper never met a reader");
    }
    assertEquals(List.of(), StoreVerification.run(db, ViewCheck.NONE).problems());
  }

  private void read(Store store, Random random) {
    while (!done.get()) {
      long newest = store.now().version();
      if (newest < KEYS + 2) {
        continue;
      }
      long version = Math.max(KEYS + 2, newest - random.nextInt(RECENT));
      try {
        if (random.nextInt(6) == 0 && version > KEYS + 2) {
          hold(store, version, random);
        } else {
          ask(store, version, random);
        }
        answered.incrementAndGet();
      } catch (HistoryDroppedException e) {
        long oldest = Long.parseLong(String.valueOf(e.details().get("oldest")));
        assertTrue(oldest > version - 1, () -> version + " refused, left is " + oldest);
        refused.incrementAndGet();
      }
    }
  }

  /** What can be read once while it is held can be read as long as it is held. */
  private static void hold(Store store, long version, Random random) {
    // The log row of a version belongs to the history behind the one before it.
    try (Pin _ = store.pin(AsOf.version(version - 1), "ns")) {
      scan(store, version - 1);
      try {
        for (int i = 0; i < 20; i++) {
          ask(store, version, random);
        }
      } catch (HistoryDroppedException e) {
        throw new AssertionError("history of version " + version + " was dropped under a pin", e);
      }
    }
  }

  private static void scan(Store store, long version) {
    List<VersionedRecord> records =
        store.scan(ScanRequest.of("ns").withAsOf(AsOf.version(version))).items();
    assertEquals(KEYS, records.size());
    for (int key = 0; key < KEYS; key++) {
      assertEquals(expected(version, key), records.get(key).version());
    }
  }

  private static void ask(Store store, long version, Random random) {
    ReadPoint at = store.resolve(AsOf.version(version));
    int id = store.namespace(at, "ns").orElseThrow().id();
    switch (random.nextInt(5)) {
      case 0 -> {
        int key = random.nextInt(KEYS);
        VersionedRecord record = store.get(at, "ns", "k" + key, Set.of(SPACE.name())).orElseThrow();
        long expected = expected(version, key);
        assertEquals(expected, record.version());
        assertEquals(Value.json("" + expected), record.value().orElseThrow());
        assertEquals(
            expected % 1_000,
            (long) Objects.requireNonNull(record.embeddings().get(SPACE.name())).vector()[0]);
      }
      case 1 -> scan(store, version);
      case 2 -> {
        ConcurrentLinkedQueue<Long> found = new ConcurrentLinkedQueue<>();
        store.scanVectors(
            version,
            id,
            SPACE,
            (_, from, _) -> {
              found.add(from);
              return true;
            });
        List<Long> expected = new ArrayList<>();
        for (int key = 0; key < KEYS; key++) {
          expected.add(expected(version, key));
        }
        assertEquals(expected, List.copyOf(found));
      }
      case 3 -> {
        List<Long> found = new ArrayList<>();
        store.readLog(
            id,
            version - 1,
            version + 5 > store.now().version() ? version : version + 5,
            change -> found.add(change.version()));
        for (int i = 0; i < found.size(); i++) {
          assertEquals(version + i, found.get(i));
        }
        assertTrue(!found.isEmpty());
      }
      default -> {
        List<String> keys = new ArrayList<>();
        for (int key = 0; key < KEYS; key++) {
          keys.add("k" + key);
        }
        var all = store.getAll(at, "ns", keys, Set.of());
        for (int key = 0; key < KEYS; key++) {
          assertEquals(expected(version, key), all.get(key).orElseThrow().version());
        }
      }
    }
  }

  /** The version of a key as of a version. */
  private static long expected(long version, int key) {
    return version - Math.floorMod(version - key, KEYS);
  }

  private static Write write(long version) {
    return new Write.Upsert(
        "ns",
        "k" + version % KEYS,
        Value.json("" + version),
        null,
        List.of(Embedding.of(SPACE, new float[] {version % 1_000, 1})),
        Write.Expiry.Unchanged.UNCHANGED,
        WriteCondition.none());
  }

  private static void commit(Store store, Write write) throws Exception {
    var _ =
        store
            .commit(WriteBatch.of(write), Durability.ASYNC, Duration.ofSeconds(30))
            .get(30, SECONDS);
  }
}
