package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.HistoryDroppedException;
import dev.nacre.maintain.PurgeRecord;
import dev.nacre.maintain.PurgeRequest;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Retention;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.Sweeping;
import dev.nacre.store.VectorIntervalSink;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The vectors of a stretch of history, each with the versions in which it was its key's. */
class VectorIntervalsTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final EmbeddingSpace SPACE = EmbeddingSpace.of(2);
  private static final EmbeddingSpace OTHER = EmbeddingSpace.of("other", 2);
  private static final int KEYS = 6;
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final ManualClock clock = new ManualClock(Instant.parse("2026-05-01T00:00:00Z"));

  private final Store store =
      Store.open(
          StoreOptions.inMemory()
              .withClock(clock)
              .withSweeping(new Sweeping(Duration.ZERO, Duration.ofSeconds(1))));

  /** Of each key the vectors by the version that wrote them; null where there is none from on. */
  private final NavigableMap<String, NavigableMap<Long, Float>> model = new TreeMap<>();

  private final List<Long> changes = new ArrayList<>();

  /** One vector as it is handed out. */
  private record Interval(String key, long from, long to, float first) {}

  @AfterEach
  void close() {
    store.close();
  }

  private long commit(WriteBatch batch) {
    return store.commit(batch, Durability.SYNC, TIMEOUT).join().version();
  }

  private int namespace() {
    return store.namespace(store.now(), "docs").orElseThrow().id();
  }

  /** Writes, deletes and changes other parts, in commits of one to three writes. */
  private void live(Random chance, int commits) {
    for (int i = 0; i < commits; i++) {
      WriteBatch.Builder batch = WriteBatch.builder();
      Map<String, Float> after = new TreeMap<>();
      List<String> deleted = new ArrayList<>();
      for (int write = chance.nextInt(3); write >= 0; write--) {
        String key = "k" + chance.nextInt(KEYS) + (chance.nextBoolean() ? "\0" : "");
        switch (chance.nextInt(5)) {
          case 0 -> {
            if (!after.containsKey(key) && isThere(key) && !deleted.contains(key)) {
              batch.delete("docs", key);
              deleted.add(key);
            }
          }
          case 1 -> batch.put("elsewhere", key, Value.text("v"));
          case 2 -> batch.embed("elsewhere", key, Embedding.of(1, 2));
          default -> {
            if (!deleted.contains(key) && !after.containsKey(key)) {
              float first = chance.nextInt(1, 1_000);
              batch.embed("docs", key, Embedding.of(first, 1));
              after.put(key, first);
            }
          }
        }
      }
      // Never without a write.
      batch.put("elsewhere", "each", Value.text("v"));
      long version = commit(batch.build());
      after.forEach((key, first) -> of(key).put(version, first));
      deleted.forEach(key -> of(key).put(version, Float.NaN));
      for (int change = after.size() + deleted.size(); change > 0; change--) {
        changes.add(version);
      }
    }
  }

  private NavigableMap<Long, Float> of(String key) {
    return model.computeIfAbsent(key, _ -> new TreeMap<>());
  }

  private boolean isThere(String key) {
    NavigableMap<Long, Float> versions = of(key);
    return !versions.isEmpty() && !Float.isNaN(versions.lastEntry().getValue());
  }

  private List<Interval> expected(long first, long last) {
    List<Interval> expected = new ArrayList<>();
    model.forEach(
        (key, versions) -> {
          List<Interval> ofKey = new ArrayList<>();
          versions.forEach(
              (from, value) -> {
                Long next = versions.higherKey(from);
                long to = next == null || next > last ? VectorIntervalSink.OPEN : next;
                if (!Float.isNaN(value) && from <= last && to > first) {
                  ofKey.addFirst(new Interval(key, from, to, value));
                }
              });
          expected.addAll(ofKey);
        });
    return expected;
  }

  private List<Interval> found(long first, long last, int limit) {
    List<Interval> found = new ArrayList<>();
    store.scanVectorIntervals(
        first,
        last,
        namespace(),
        SPACE,
        (key, from, to, floats) -> {
          found.add(new Interval(key, from, to, floats.get(FLOAT, 0)));
          return found.size() < limit;
        });
    return found;
  }

  private List<Long> changesFound(long after, long upTo, int limit) {
    List<Long> found = new ArrayList<>();
    store.scanVectorChanges(
        after,
        upTo,
        namespace(),
        SPACE,
        version -> {
          found.add(version);
          return found.size() < limit;
        });
    return found;
  }

  @Test
  void anyStretch_ofAnyHistory_hasEveryVectorThatWasLiveInIt() {
    long seed = System.nanoTime();
    Random chance = new Random(seed);
    live(chance, 120);
    long now = store.now().version();
    for (int i = 0; i < 60; i++) {
      long first = chance.nextLong(1, now + 1);
      long last = chance.nextLong(first, now + 1);
      List<Interval> all = expected(first, last);
      assertEquals(all, found(first, last, Integer.MAX_VALUE), () -> "seed " + seed);
      if (!all.isEmpty()) {
        int some = chance.nextInt(all.size()) + 1;
        assertEquals(all.subList(0, some), found(first, last, some), () -> "seed " + seed);
      }
      List<Long> changed =
          changes.stream().filter(version -> version > first && version <= last).toList();
      assertEquals(changed, changesFound(first, last, Integer.MAX_VALUE), () -> "seed " + seed);
      if (!changed.isEmpty()) {
        assertEquals(changed.subList(0, 1), changesFound(first, last, 1), () -> "seed " + seed);
      }
    }
  }

  @Test
  void spaceOrNamespaceThatIsNotThere_hasNothing() {
    long version = commit(WriteBatch.builder().embed("docs", "k", Embedding.of(1, 2)).build());
    VectorIntervalSink refusing =
        (key, _, _, _) -> {
          throw new AssertionError(key);
        };
    store.scanVectorIntervals(1, version, namespace(), OTHER, refusing);
    store.scanVectorIntervals(1, version, 4711, SPACE, refusing);
    store.scanVectorChanges(0, version, 4711, SPACE, at -> at > version);
    store.scanVectorChanges(0, version, namespace(), OTHER, at -> at > version);
    assertEquals(0, store.oldestReadable(4711));
    store.checkReadable(1, 4711);
  }

  @Test
  void purgedKey_isInNoStretch() {
    commitKeys();
    long before = store.now().version();
    PurgeRecord record = store.purge(PurgeRequest.key("docs", "a"), _ -> {});
    assertEquals(before + 1, record.version());
    assertEquals(List.of("b"), found(1, before, 9).stream().map(Interval::key).toList());
    assertEquals(1, changesFound(0, before, 9).size());
  }

  @Test
  void droppedHistory_isRefusedAndSaysFromWhere() {
    commitKeys();
    NamespaceOptions lastOnly = NamespaceOptions.DEFAULT.withRetention(Retention.lastVersions(1));
    long configured = commit(WriteBatch.of(new Write.Configure("docs", lastOnly)));
    assertEquals(0, store.oldestReadable(namespace()));
    clock.advance(Duration.ofSeconds(10));
    assertEquals(2, store.sweep(() -> false).historyRows());
    long oldest = store.oldestReadable(namespace());
    assertTrue(oldest > 1 && oldest <= configured, () -> "from " + oldest);
    assertThrows(HistoryDroppedException.class, () -> found(1, configured, 9));
    assertThrows(HistoryDroppedException.class, () -> store.checkReadable(1, namespace()));
    store.checkReadable(configured, namespace());
    assertEquals(2, found(configured, configured, 9).size());
  }

  private void commitKeys() {
    for (int i = 1; i <= 3; i++) {
      long _ = commit(WriteBatch.builder().embed("docs", "a", Embedding.of(i, 1)).build());
    }
    long _ = commit(WriteBatch.builder().embed("docs", "b", Embedding.of(7, 1)).build());
  }
}
