package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.NacreException;
import dev.nacre.error.ValidationException;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.HistoryRequest;
import dev.nacre.model.Limits;
import dev.nacre.model.Metadata;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is just within the limits is written and read back; what is just beyond is refused, named,
 * and leaves no trace.
 */
class LimitsTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final Value SMALL = Value.json("1");
  private static final int VALUE_MAX = 1_000;
  private static final int METADATA_MAX = 200;
  private static final int BATCH_MAX = 4_000;

  private final Store store =
      Store.open(
          StoreOptions.inMemory().withLimits(new Limits(VALUE_MAX, METADATA_MAX, BATCH_MAX)));

  @AfterEach
  void close() {
    store.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "k",
        "\u0000",
        "\u007f",
        "é",
        "\uffff",
        "\ud83d\ude00",
        "\udbff\udfff",
        "1024 one-byte",
        "1024 two-byte",
        "1024 four-byte"
      })
  void key_withinLimits_isWrittenAndReadBack(String kind) throws Exception {
    String key =
        switch (kind) {
          case "1024 one-byte" -> "x".repeat(1024);
          case "1024 two-byte" -> "é".repeat(512);
          case "1024 four-byte" -> "\ud83d\ude00".repeat(256);
          default -> kind;
        };
    commit(WriteBatch.builder().put("ns", key, SMALL).build());
    assertEquals(
        SMALL, store.get(store.now(), "ns", key, Set.of()).orElseThrow().value().orElseThrow());
    assertEquals(
        List.of(key),
        store.scan(ScanRequest.of("ns")).items().stream().map(record -> record.key()).toList());
    assertEquals(1, store.history(HistoryRequest.of("ns", key)).items().size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "empty",
        "1025 one-byte",
        "1026 two-byte",
        "1025 mixed",
        "\ud83d",
        "\ude00",
        "a\ude00b",
        "a\ud83d",
        "\ude00\ud83d"
      })
  void key_beyondLimits_isRefusedEverywhere(String kind) {
    String key =
        switch (kind) {
          case "empty" -> "";
          case "1025 one-byte" -> "x".repeat(1025);
          case "1026 two-byte" -> "é".repeat(513);
          case "1025 mixed" -> "x" + "\ud83d\ude00".repeat(256);
          default -> kind;
        };
    assertRefused(WriteBatch.builder().put("ns", key, SMALL).build(), "key");
    assertRefused(WriteBatch.builder().delete("ns", key).build(), "key");
    // A good write beside it is not written either.
    assertRefused(
        WriteBatch.builder().put("ns", "good", SMALL).put("ns", key, SMALL).build(), "key");
    ReadPoint now = store.now();
    assertRefused(() -> store.get(now, "ns", key, Set.of()), "key");
    assertRefused(() -> store.getCached(now, "ns", key), "key");
    assertRefused(() -> store.getAll(now, "ns", List.of("good", key), Set.of()), "key");
    assertRefused(() -> store.history(HistoryRequest.of("ns", key)), "key");
  }

  @Test
  void batch_whoseRowsOutgrowIt_isRefusedWhole() throws Exception {
    for (int i = 0; i < 25; i++) {
      Value large = Value.json("\"" + "x".repeat(900) + "\"");
      commit(WriteBatch.builder().put("ns", "k" + i, large).build());
    }
    // Each write is small, and moves a record of 900 bytes to history.
    assertRefused(metadataOnly(25), "split it");
    assertEquals(1, store.history(HistoryRequest.of("ns", "k0")).items().size());
    commit(metadataOnly(10));
    assertEquals(2, store.history(HistoryRequest.of("ns", "k0")).items().size());
  }

  private static WriteBatch metadataOnly(int keys) {
    WriteBatch.Builder writes = WriteBatch.builder();
    for (int i = 0; i < keys; i++) {
      writes.add(metadataOnly("k" + i, i));
    }
    return writes.build();
  }

  private static Write metadataOnly(String key, int number) {
    return new Write.Upsert(
        "ns",
        key,
        null,
        Metadata.of("n", number),
        List.of(),
        Write.Expiry.Unchanged.UNCHANGED,
        WriteCondition.none());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 255, 256})
  void namespace_withinLimits_isWritten(int bytes) throws Exception {
    String name = "n".repeat(bytes);
    commit(WriteBatch.builder().put(name, "k", SMALL).build());
    assertEquals(name, store.namespace(store.now(), name).orElseThrow().name());
  }

  @Test
  void namespace_ofMultiByteText_isMeasuredInBytes() throws Exception {
    commit(WriteBatch.builder().put("é".repeat(128), "k", SMALL).build());
    assertRefused(WriteBatch.builder().put("é".repeat(128) + "x", "k", SMALL).build(), "namespace");
  }

  @ParameterizedTest
  @ValueSource(strings = {"empty", "257", "\ud83d", "x\ude00"})
  void namespace_beyondLimits_isRefusedEverywhere(String kind) {
    String name =
        switch (kind) {
          case "empty" -> "";
          case "257" -> "n".repeat(257);
          default -> kind;
        };
    assertRefused(WriteBatch.builder().put(name, "k", SMALL).build(), "namespace");
    assertRefused(WriteBatch.builder().delete(name, "k").build(), "namespace");
    assertRefused(WriteBatch.of(new Write.DeleteNamespace(name)), "namespace");
    assertRefused(WriteBatch.of(new Write.Configure(name, NamespaceOptions.DEFAULT)), "namespace");
    ReadPoint now = store.now();
    assertRefused(() -> store.get(now, name, "k", Set.of()), "namespace");
    assertRefused(() -> store.getCached(now, name, "k"), "namespace");
    assertRefused(() -> store.getAll(now, name, List.of("k"), Set.of()), "namespace");
    assertRefused(() -> store.scan(ScanRequest.of(name)), "namespace");
    assertRefused(() -> store.history(HistoryRequest.of(name, "k")), "namespace");
    assertRefused(() -> store.namespace(now, name), "namespace");
    assertRefused(() -> store.scanMetadata(now, name, (_, _) -> true), "namespace");
  }

  @Test
  void scan_withHalfASurrogatePair_isRefused() {
    assertRefused(() -> store.scan(ScanRequest.of("ns").withPrefix("\ud83d")), "prefix");
    assertRefused(() -> store.scan(ScanRequest.of("ns").withRange("\ud83d", null)), "from");
    assertRefused(() -> store.scan(ScanRequest.of("ns").withRange(null, "\ud83d")), "to");
  }

  @Test
  void value_atItsLimit_isWrittenAndOneByteMore_isRefused() throws Exception {
    Value most = Value.bytes(new byte[VALUE_MAX], "a/b");
    commit(WriteBatch.builder().put("ns", "k", most).build());
    assertEquals(
        most, store.get(store.now(), "ns", "k", Set.of()).orElseThrow().value().orElseThrow());
    assertRefused(
        WriteBatch.builder().put("ns", "k", Value.bytes(new byte[VALUE_MAX + 1], "a/b")).build(),
        "value",
        "k",
        Integer.toString(VALUE_MAX));
  }

  @Test
  void metadata_aroundItsLimit_isWrittenOrRefused() throws Exception {
    Metadata within = Metadata.of("field", "x".repeat(METADATA_MAX - 20));
    commit(WriteBatch.builder().put("ns", "k", SMALL, within).build());
    assertEquals(within, store.get(store.now(), "ns", "k", Set.of()).orElseThrow().metadata());
    assertRefused(
        WriteBatch.builder()
            .put("ns", "k", SMALL, Metadata.of("field", "x".repeat(METADATA_MAX)))
            .build(),
        "metadata",
        "k",
        Integer.toString(METADATA_MAX));
  }

  @Test
  void batch_aroundItsLimit_isWrittenOrRefused() throws Exception {
    Value value = Value.bytes(new byte[900], "a/b");
    WriteBatch.Builder within = WriteBatch.builder();
    for (int i = 0; i < 3; i++) {
      within.put("ns", "k" + i, value);
    }
    commit(within.build());
    WriteBatch.Builder beyond = WriteBatch.builder();
    for (int i = 0; i < 5; i++) {
      beyond.put("ns", "m" + i, value);
    }
    assertRefused(beyond.build(), "batch", Integer.toString(BATCH_MAX));
  }

  @Test
  void batch_ofManySmallWrites_countsTheirRows() {
    // Keys and values are nothing; the rows that are written for them are not.
    WriteBatch.Builder batch = WriteBatch.builder();
    for (int i = 0; i < BATCH_MAX; i++) {
      batch.delete("ns", "k" + i);
    }
    assertRefused(batch.build(), "batch");
  }

  @Test
  void upsert_ofNoPart_isRefused() {
    assertRefused(WriteBatch.of(upsert(List.of(), Write.Expiry.Unchanged.UNCHANGED)), "k");
  }

  @Test
  void upsert_ofTwoEmbeddingsInOneSpace_isRefused() {
    assertRefused(
        WriteBatch.of(
            upsert(
                List.of(Embedding.of(1, 2), Embedding.of(2, 1)), Write.Expiry.Unchanged.UNCHANGED)),
        "k");
  }

  @Test
  void upsert_withAnExpiryThatCannotBe_isRefused() {
    for (Write.Expiry expiry :
        List.of(
            new Write.Expiry.After(Duration.ZERO),
            new Write.Expiry.After(Duration.ofSeconds(-1)),
            new Write.Expiry.After(Duration.ofSeconds(Long.MAX_VALUE)),
            new Write.Expiry.At(Instant.MAX),
            new Write.Expiry.At(Instant.MIN))) {
      assertRefused(WriteBatch.of(upsert(List.of(), expiry)), "expiry");
    }
  }

  @Test
  void embedding_inAnotherSpaceThanTheFixedOne_isRefused() throws Exception {
    commit(WriteBatch.builder().embed("ns", "k", Embedding.of(1, 2, 3)).build());
    assertRefused(
        WriteBatch.builder().embed("ns", "other", Embedding.of(1, 2)).build(), "default", "ns");
    assertRefused(
        WriteBatch.of(
            new Write.Configure("ns", new NamespaceOptions(List.of(EmbeddingSpace.of(2)), null))),
        "default",
        "ns");
    // Another namespace, or the same name after deletion, may have another one.
    commit(WriteBatch.builder().embed("other", "k", Embedding.of(1, 2)).build());
    commit(WriteBatch.of(new Write.DeleteNamespace("ns")));
    commit(WriteBatch.builder().embed("ns", "k", Embedding.of(1, 2)).build());
  }

  @Test
  void refusedBatch_leavesNoNamespaceAndNoSpace() {
    Write.Upsert mixed =
        new Write.Upsert(
            "ns",
            "k",
            null,
            null,
            List.of(Embedding.of(EmbeddingSpace.of("new", 2), 1, 2)),
            Write.Expiry.Unchanged.UNCHANGED,
            WriteCondition.none());
    Write.Upsert failing =
        new Write.Upsert(
            "other",
            "k",
            SMALL,
            null,
            List.of(),
            Write.Expiry.Unchanged.UNCHANGED,
            WriteCondition.ifVersion(7));
    ExecutionException failure =
        assertThrows(
            ExecutionException.class,
            () ->
                store
                    .commit(
                        WriteBatch.builder().add(mixed).add(failing).build(),
                        Durability.ASYNC,
                        TIMEOUT)
                    .get());
    NacreException conflict = assertInstanceOf(NacreException.class, failure.getCause());
    assertEquals("other", conflict.details().get("namespace"));
    assertEquals("k", conflict.details().get("key"));
    assertEquals(List.of(), store.namespaces(store.now()));
    assertEquals(0, store.now().version());
  }

  private static Write.Upsert upsert(List<Embedding> embeddings, Write.Expiry expiry) {
    return new Write.Upsert("ns", "k", null, null, embeddings, expiry, WriteCondition.none());
  }

  private void commit(WriteBatch batch) throws Exception {
    long before = store.now().version();
    assertEquals(before + 1, store.commit(batch, Durability.ASYNC, TIMEOUT).get().version());
  }

  /** Refused with a validation error whose message holds {@code named}, and nothing written. */
  private void assertRefused(WriteBatch batch, String... named) {
    ReadPoint before = store.now();
    List<?> namespaces = store.namespaces(before);
    ExecutionException failure =
        assertThrows(
            ExecutionException.class, () -> store.commit(batch, Durability.ASYNC, TIMEOUT).get());
    assertNames(assertInstanceOf(ValidationException.class, failure.getCause()), named);
    assertEquals(before.version(), store.now().version());
    assertEquals(namespaces, store.namespaces(store.now()));
  }

  private static void assertRefused(Executable read, String... named) {
    assertNames(assertThrows(ValidationException.class, read), named);
  }

  private static void assertNames(ValidationException refusal, String... named) {
    for (String name : named) {
      assertTrue(
          String.valueOf(refusal.getMessage()).contains(name),
          () -> "\"" + name + "\" is missing in: " + refusal.getMessage());
    }
  }
}
