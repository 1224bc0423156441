package dev.nacre.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.ValidationException;
import dev.nacre.filter.Filter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Requests, options and batches check themselves and keep nothing that the caller can change. */
class RequestsTest {
  @Test
  void scanAndHistory_limits_are1To10000() {
    for (int limit : new int[] {0, -1, 10_001, Integer.MIN_VALUE}) {
      assertThrows(ValidationException.class, () -> ScanRequest.of("n").withLimit(limit));
      assertThrows(ValidationException.class, () -> HistoryRequest.of("n", "k").withLimit(limit));
    }
    for (int limit : new int[] {1, 10_000}) {
      assertEquals(limit, ScanRequest.of("n").withLimit(limit).limit());
      assertEquals(limit, HistoryRequest.of("n", "k").withLimit(limit).limit());
    }
  }

  @Test
  void scan_withers_changeOneThing() {
    ScanRequest request =
        ScanRequest.of("n")
            .withPrefix("p")
            .withRange("a", "b")
            .withCursor("c")
            .withFilter(Filter.exists("f"))
            .withAsOf(AsOf.version(3))
            .withLimit(7);
    assertEquals(
        new ScanRequest("n", "p", "a", "b", 7, "c", AsOf.version(3), Filter.exists("f")), request);
    assertNull(request.withFilter(null).filter());
    HistoryRequest history =
        HistoryRequest.of("n", "k")
            .withCursor("c")
            .withAsOf(AsOf.version(3))
            .withLimit(7)
            .withOrder(HistoryOrder.OLDEST_FIRST);
    assertEquals(
        new HistoryRequest("n", "k", 7, "c", AsOf.version(3), HistoryOrder.OLDEST_FIRST), history);
  }

  @Test
  void asOf_negativeVersion_isRefused() {
    assertThrows(ValidationException.class, () -> AsOf.version(-1));
    assertEquals(new AsOf.AtVersion(0), AsOf.version(0));
  }

  @Test
  void limits_areBounded() {
    assertEquals(new Limits(64 << 20, 1 << 20, 256 << 20), Limits.MAX);
    assertEquals(new Limits(1, 1, 1), new Limits(1, 1, 1));
    for (int bad : new int[] {0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
      assertThrows(ValidationException.class, () -> new Limits(bad, 1, 1));
      assertThrows(ValidationException.class, () -> new Limits(1, bad, 1));
      assertThrows(ValidationException.class, () -> new Limits(1, 1, bad));
    }
  }

  @Test
  void namespaceOptions_areChecked() {
    for (Duration bad :
        List.of(
            Duration.ZERO,
            Duration.ofNanos(-1),
            Duration.ofSeconds(Long.MAX_VALUE),
            NamespaceOptions.TIME_TO_LIVE_MAX.plusNanos(1))) {
      assertThrows(ValidationException.class, () -> new NamespaceOptions(List.of(), bad));
    }
    assertEquals(
        Duration.ofNanos(1), new NamespaceOptions(List.of(), Duration.ofNanos(1)).timeToLive());
    EmbeddingSpace space = EmbeddingSpace.of("a", 2);
    assertThrows(
        ValidationException.class,
        () -> new NamespaceOptions(List.of(space, EmbeddingSpace.of("a", 3)), null));
    List<EmbeddingSpace> spaces = new ArrayList<>(List.of(space));
    NamespaceOptions options = new NamespaceOptions(spaces, null);
    spaces.clear();
    assertEquals(List.of(space), options.spaces());
    List<DeclaredField> fields = new ArrayList<>();
    for (int i = 0; i < Limits.FIELDS_MAX; i++) {
      fields.add(new DeclaredField("f" + i, "$"));
    }
    NamespaceOptions declaring = options.withFields(fields);
    assertEquals(fields, declaring.withRetention(Retention.lastVersions(1)).fields());
    assertEquals(List.of(space), declaring.spaces());
    fields.add(new DeclaredField("f0", "$.other"));
    assertThrows(ValidationException.class, () -> options.withFields(fields));
    fields.removeFirst();
    assertEquals(Limits.FIELDS_MAX, options.withFields(fields).fields().size());
    fields.set(1, new DeclaredField("f5", "$.other"));
    assertThrows(ValidationException.class, () -> options.withFields(fields));
  }

  @Test
  void commitAttributes_areChecked() {
    Map<String, String> other = new HashMap<>();
    for (int i = 0; i < 16; i++) {
      other.put("k" + i, "v");
    }
    CommitAttributes sixteen = new CommitAttributes(null, null, null, other);
    other.put("one more", "v");
    assertEquals(16, sixteen.other().size());
    assertThrows(ValidationException.class, () -> new CommitAttributes(null, null, null, other));
    String half = "x".repeat(2_048);
    assertEquals(half, new CommitAttributes(half, half, null, Map.of()).actor());
    assertThrows(ValidationException.class, () -> new CommitAttributes(half, half, "x", Map.of()));
    assertThrows(
        ValidationException.class, () -> new CommitAttributes(half, half, null, Map.of("a", "b")));
    for (CommitAttributesOf bad :
        List.<CommitAttributesOf>of(
            text -> new CommitAttributes(text, null, null, Map.of()),
            text -> new CommitAttributes(null, text, null, Map.of()),
            text -> new CommitAttributes(null, null, text, Map.of()),
            text -> new CommitAttributes(null, null, null, Map.of(text, "x")),
            text -> new CommitAttributes(null, null, null, Map.of("x", text)))) {
      assertThrows(ValidationException.class, () -> bad.of("\ud800"));
      assertEquals(bad.of("😀"), bad.of("😀"));
    }
  }

  private interface CommitAttributesOf {
    CommitAttributes of(String text);
  }

  @Test
  void writeBatch_isNeverEmptyAndNeverChanges() {
    assertThrows(ValidationException.class, () -> WriteBatch.builder().build());
    assertThrows(ValidationException.class, () -> WriteBatch.of(List.of(), CommitAttributes.NONE));
    WriteBatch.Builder builder = WriteBatch.builder().delete("n", "a");
    WriteBatch one = builder.build();
    WriteBatch two = builder.delete("n", "b").build();
    assertEquals(1, one.writes().size());
    assertEquals(2, two.writes().size());
    assertThrows(UnsupportedOperationException.class, () -> one.writes().clear());
  }

  @Test
  void writeBatch_builder_namesTheParts() {
    Value value = Value.json("1");
    Metadata metadata = Metadata.of("a", 1);
    Embedding embedding = Embedding.of(1, 2);
    CommitAttributes attributes = new CommitAttributes("me", null, null, Map.of());
    WriteBatch batch =
        WriteBatch.builder()
            .put("n", "value", value)
            .put("n", "metadata", value, metadata)
            .put("n", "all", value, metadata, embedding)
            .embed("n", "embedding", embedding)
            .attributes(attributes)
            .build();
    assertEquals(attributes, batch.attributes());
    assertEquals(
        List.of(
            upsert("value", value, null),
            upsert("metadata", value, metadata),
            upsert("all", value, metadata, embedding),
            upsert("embedding", null, null, embedding)),
        batch.writes());
    List<Embedding> embeddings = new ArrayList<>(List.of(embedding));
    Write.Upsert upsert =
        new Write.Upsert(
            "n",
            "k",
            null,
            null,
            embeddings,
            Write.Expiry.Never.NEVER,
            WriteCondition.ifVersion(3));
    embeddings.clear();
    assertEquals(List.of(embedding), upsert.embeddings());
    assertTrue(WriteBatch.of(upsert).writes().contains(upsert));
  }

  private static Write.Upsert upsert(
      String key,
      @org.jspecify.annotations.Nullable Value value,
      @org.jspecify.annotations.Nullable Metadata metadata,
      Embedding... embeddings) {
    return new Write.Upsert(
        "n",
        key,
        value,
        metadata,
        List.of(embeddings),
        Write.Expiry.Unchanged.UNCHANGED,
        WriteCondition.none());
  }
}
