package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.ValidationException;
import dev.nacre.model.AsOf;
import dev.nacre.model.Change;
import dev.nacre.model.Commit;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Operation;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What views are told: every change once, what ended as well as what was written, nothing of what
 * is not there.
 */
class ViewReadsTest {
  private static final EmbeddingSpace SPACE = EmbeddingSpace.of(2);
  private static final EmbeddingSpace OTHER = EmbeddingSpace.of("other", 2);

  @TempDir Path root;
  private Store store = Store.open(StoreOptions.inMemory());

  @BeforeEach
  void open() {
    store.close();
    store = Store.open(root.resolve("db"));
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void log_namesThePartsOfEachChangeInOrder() {
    commit(
        WriteBatch.builder()
            .put("ns", "a", Value.json("1"), Metadata.of("n", 1), Embedding.of(SPACE, 1, 2))
            .embed("ns", "b", Embedding.of(OTHER, 1, 2))
            .put("elsewhere", "a", Value.json("1"))
            .delete("ns", "a")
            .put("ns", "a", Value.json("2"))
            .delete("ns", "absent")
            .build());
    commit(WriteBatch.builder().delete("ns", "a").delete("ns", "b").build());
    int id = id("ns");
    assertEquals(
        List.of(
            new Change(1, Operation.UPSERT, "a", true, true, Set.of("default")),
            new Change(1, Operation.UPSERT, "b", false, false, Set.of("other")),
            new Change(1, Operation.DELETE, "a", true, true, Set.of("default")),
            new Change(1, Operation.UPSERT, "a", true, false, Set.of())),
        log(id, 0, 1));
    assertEquals(
        List.of(
            new Change(2, Operation.DELETE, "a", true, false, Set.of()),
            new Change(2, Operation.DELETE, "b", false, false, Set.of("other"))),
        log(id, 1, 2));
    assertEquals(6, log(id, 0, 2).size());
    assertEquals(List.of(), log(id, 2, 2));
    assertEquals(List.of(), log(id, 5, 2));
    assertEquals(List.of(), log(id + 1_000, 0, 2));
  }

  @Test
  void embeddingsOfAnExpiredRecord_endWhenItIsWrittenAgain() {
    ManualClock clock = new ManualClock(Instant.parse("2026-01-01T00:00:00Z"));
    store.close();
    store = Store.open(StoreOptions.in(root.resolve("other")).withClock(clock));
    commit(
        WriteBatch.of(
            new Write.Upsert(
                "ns",
                "k",
                Value.json("1"),
                Metadata.of("n", 1),
                List.of(Embedding.of(SPACE, 1, 2), Embedding.of(OTHER, 1, 2)),
                new Write.Expiry.After(Duration.ofSeconds(1)),
                WriteCondition.none())));
    clock.advance(Duration.ofSeconds(2));
    assertTrue(store.get(store.now(), "ns", "k", Set.of()).isEmpty());
    // Views ignore expiry: they are told of what expires when it is written again.
    assertTrue(store.vector(1, id("ns"), OTHER, "k").isPresent());
    commit(WriteBatch.builder().embed("ns", "k", Embedding.of(SPACE, 3, 4)).build());
    assertTrue(store.vector(2, id("ns"), OTHER, "k").isEmpty());
    assertTrue(store.vector(1, id("ns"), OTHER, "k").isPresent());
    assertEquals(
        List.of(new Change(2, Operation.UPSERT, "k", false, false, Set.of("default", "other"))),
        log(id("ns"), 1, 2));
    var record = store.get(store.now(), "ns", "k", Set.of("default", "other")).orElseThrow();
    assertTrue(record.value().isEmpty(), "nothing of the expired record carries over");
    assertEquals(Metadata.EMPTY, record.metadata());
    assertTrue(record.expiresAt().isEmpty());
    assertEquals(Map.of("default", 2L), record.embeddingVersions());
  }

  @Test
  void vectors_ofWhatIsNotThere_areNone() {
    commit(WriteBatch.builder().embed("ns", "k", Embedding.of(SPACE, 1, 2)).build());
    commit(WriteBatch.builder().embed("ns", "k", Embedding.of(OTHER, 1, 2)).build());
    int id = id("ns");
    assertTrue(store.vector(2, id, SPACE, "absent").isEmpty());
    assertTrue(store.vector(1, id, OTHER, "k").isEmpty(), "the space was not there yet");
    assertTrue(store.vector(2, id, EmbeddingSpace.of("third", 2), "k").isEmpty());
    assertTrue(store.vector(2, id + 1_000, SPACE, "k").isEmpty());
    assertEquals(List.of(), vectors(1, id, OTHER));
    assertEquals(List.of(), vectors(2, id, EmbeddingSpace.of("third", 2)));
    assertEquals(List.of(), vectors(2, id + 1_000, SPACE));
    assertEquals(List.of("k"), vectors(2, id, OTHER));
  }

  @Test
  void scans_endWhenTheSinkHasEnough() {
    for (int i = 0; i < 5; i++) {
      commit(WriteBatch.builder().embed("ns", "k" + i, Embedding.of(SPACE, 1, i)).build());
    }
    List<String> keys = new ArrayList<>();
    store.scanVectors(
        3,
        id("ns"),
        SPACE,
        (key, from, _) -> {
          keys.add(key + "@" + from);
          return keys.size() < 2;
        });
    store.scanMetadata(
        store.now(),
        "ns",
        (key, _) -> {
          keys.add(key);
          return false;
        });
    store.scanMetadata(store.now(), "absent", (key, _) -> keys.add(key));
    assertEquals(List.of("k0@1", "k1@2", "k0"), keys);
  }

  @Test
  void attributesSpacesAndOptions_surviveReopening() {
    CommitAttributes attributes =
        new CommitAttributes("actor", "source", "key-1", Map.of("reason", "übung", "x", ""));
    WriteBatch batch =
        WriteBatch.builder()
            .add(
                new Write.Configure(
                    "ns", new NamespaceOptions(List.of(OTHER), Duration.ofMillis(1_500))))
            .put("ns", "k", Value.json("1"))
            .attributes(attributes)
            .build();
    commit(batch);
    commit(
        WriteBatch.of(
            List.of(new Write.DeleteNamespace("gone")),
            new CommitAttributes(null, null, "only", Map.of())));
    var namespaces = store.namespaces(store.now());
    var times = List.of(store.resolve(AsOf.version(1)), store.resolve(AsOf.version(2)));
    store.close();
    store = Store.open(root.resolve("db"));
    assertEquals(namespaces, store.namespaces(store.now()));
    assertEquals(List.of(OTHER), namespaces.getFirst().spaces());
    assertEquals(times, List.of(store.resolve(AsOf.version(1)), store.resolve(AsOf.version(2))));
    // A namespace that never was is deleted without effect, but the commit is one.
    assertEquals(2, store.now().version());
    assertEquals(1, store.statistics().namespaces());
  }

  @Test
  void ensureDurable_ofWhatIsWritten_isSilent() {
    commit(WriteBatch.builder().put("ns", "k", Value.json("1")).build());
    store.ensureDurable(1);
    store.ensureDurable(0);
    assertEquals(1, store.now().version());
  }

  @Test
  void statistics_countWhatWasDone() {
    for (int i = 0; i < 10; i++) {
      commit(WriteBatch.builder().put("ns" + i % 3, "k" + i, Value.json("1")).build());
    }
    var statistics = store.statistics();
    assertEquals(10, statistics.version());
    assertEquals(10, statistics.commits());
    assertTrue(statistics.groups() >= 1 && statistics.groups() <= 10);
    assertEquals(3, statistics.namespaces());
    assertEquals(10, statistics.recordsEstimate());
    assertTrue(statistics.logBytes() > 0);
    assertTrue(statistics.memoryBytes() > 0);
    assertEquals(0, statistics.queueBytes());
  }

  @Test
  void options_outsideTheirRanges_areRefused() {
    StoreOptions options = StoreOptions.inMemory();
    assertThrows(ValidationException.class, () -> options.withBlockCacheBytes(0));
    assertThrows(ValidationException.class, () -> options.withWriteBufferBytes(-1));
    assertThrows(ValidationException.class, () -> options.withQueueBytes(100));
  }

  private List<Change> log(int id, long after, long upTo) {
    List<Change> changes = new ArrayList<>();
    store.readLog(id, after, upTo, changes::add);
    return changes;
  }

  private List<String> vectors(long version, int id, EmbeddingSpace space) {
    List<String> keys = new ArrayList<>();
    store.scanVectors(version, id, space, (key, _, _) -> keys.add(key));
    return keys;
  }

  private int id(String namespace) {
    return store.namespace(store.now(), namespace).orElseThrow().id();
  }

  private void commit(WriteBatch batch) {
    try {
      Commit commit = store.commit(batch, Durability.ASYNC, Duration.ofSeconds(30)).join();
      assertEquals(store.now().version(), commit.version());
    } catch (CompletionException e) {
      throw new AssertionError(e.getCause());
    }
  }
}
