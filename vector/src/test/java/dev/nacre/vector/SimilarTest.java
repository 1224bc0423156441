package dev.nacre.vector;

import static dev.nacre.vector.SearchFixture.COSINE;
import static dev.nacre.vector.SearchFixture.DIMENSION;
import static dev.nacre.vector.SearchFixture.NS;
import static dev.nacre.vector.SearchFixture.keys;
import static dev.nacre.vector.SearchFixture.vector;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.DatabaseClosedException;
import dev.nacre.error.ValidationException;
import dev.nacre.filter.Filter;
import dev.nacre.model.AsOf;
import dev.nacre.model.Commit;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.model.Metric;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.search.Hit;
import dev.nacre.search.SearchPlan;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What one search answers, case by case. */
class SimilarTest {
  private final SearchFixture db = SearchFixture.inMemory();
  private final Random random = new Random(4);

  @AfterEach
  void close() {
    db.close();
  }

  private static float[] axis(int i) {
    float[] vector = new float[DIMENSION];
    vector[i] = 1;
    return vector;
  }

  private static float[] plane(double degrees) {
    float[] vector = new float[DIMENSION];
    vector[0] = (float) Math.cos(Math.toRadians(degrees));
    vector[1] = (float) Math.sin(Math.toRadians(degrees));
    return vector;
  }

  @Test
  void similar_threeVectors_nearestFirstWithScoreVersionAndRecord() {
    Commit far = db.put("far", plane(80));
    Commit near = db.put("near", plane(10));
    Commit nearest = db.put("nearest", plane(0));

    SearchResult result = db.similar(2, plane(1));

    assertEquals(List.of("nearest", "near"), keys(result));
    assertTrue(result.exact());
    assertEquals(SearchPlan.Tier.EXACT, result.plan().tier());
    assertEquals(3, result.plan().candidates());
    assertEquals(nearest.version(), result.readPoint().version());
    Hit first = result.hits().getFirst();
    assertEquals(Math.cos(Math.toRadians(1)), first.score(), 1e-6);
    assertEquals(nearest.version(), first.embeddingVersion());
    assertEquals("nearest", first.record().value().orElseThrow().asString());
    assertEquals(near.version(), result.hits().get(1).embeddingVersion());
    assertEquals(far.version() + 2, result.readPoint().version());
  }

  @Test
  void similar_equalScores_keyOrderByBytes() {
    // Bytewise a supplementary character comes after U+FFFD, as UTF-16 it would come before.
    List<String> ordered = List.of("A", "a", "aa", "é", "\uFFFD", "\uD83D\uDE00");
    for (String key : ordered.reversed()) {
      db.put(key, axis(0));
    }
    assertEquals(ordered, keys(db.similar(10, axis(0))));
    assertEquals(ordered.subList(0, 3), keys(db.similar(3, axis(0))));
    assertEquals(
        ordered.subList(0, 3),
        keys(db.similarAsOf(3, AsOf.version(db.store().now().version()), axis(0))));
    db.put("z", axis(1));
    assertEquals(
        ordered.subList(0, 3),
        keys(db.similarAsOf(3, AsOf.version(db.store().now().version() - 1), axis(0))));
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void similar_metric_scoreByDefinition(Metric metric) {
    EmbeddingSpace space = new EmbeddingSpace("s", DIMENSION, metric, "model");
    for (int i = 0; i < 50; i++) {
      db.put(NS, "k" + i, space, Metadata.EMPTY, vector(random, DIMENSION));
    }
    float[] query = vector(random, DIMENSION);
    SearchResult result =
        db.engine().similar(SearchRequest.byVector(NS, query).withSpace("s").withK(50));
    assertEquals(50, result.hits().size());
    float previous = Float.POSITIVE_INFINITY;
    for (Hit hit : result.hits()) {
      float[] stored =
          db.store()
              .get(result.readPoint(), NS, hit.key(), Set.of("s"))
              .map(record -> record.embeddings().get("s"))
              .orElseThrow()
              .vector();
      assertEquals(SearchFixture.score(metric, query, stored), hit.score(), 1e-4);
      assertTrue(hit.score() <= previous);
      previous = hit.score();
    }
  }

  @Test
  void similar_updatedAndDeleted_atOnce() {
    db.put("a", axis(0));
    db.put("b", axis(1));
    assertEquals(List.of("a"), keys(db.similar(1, axis(0))));
    Commit moved = db.put("a", axis(2));
    SearchResult result = db.similar(1, axis(2));
    assertEquals(List.of("a"), keys(result));
    assertEquals(moved.version(), result.hits().getFirst().embeddingVersion());
    assertEquals(0, db.similar(2, axis(0)).hits().getFirst().score(), 1e-6);
    Commit deleted = db.delete("a");
    SearchResult after = db.similar(2, axis(2));
    assertEquals(List.of("b"), keys(after));
    assertEquals(deleted.version(), after.readPoint().version());
    db.put("a", axis(2));
    assertEquals(List.of("a"), keys(db.similar(1, axis(2))));
  }

  @Test
  void similar_valueWrittenWithoutEmbedding_embeddingKeepsItsVersion() {
    Commit embedded = db.put("a", axis(0));
    db.commit(WriteBatch.builder().put(NS, "a", Value.text("newer")).build());
    Hit hit = db.similar(1, axis(0)).hits().getFirst();
    assertEquals(embedded.version(), hit.embeddingVersion());
    assertEquals("newer", hit.record().value().orElseThrow().asString());
  }

  @Test
  void similar_otherNamespacesAndSpaces_neverMixed() {
    EmbeddingSpace other = EmbeddingSpace.of("other", DIMENSION);
    db.put(NS, "a", COSINE, Metadata.EMPTY, axis(0));
    db.put(NS, "b", other, Metadata.EMPTY, axis(0));
    db.put("ns2", "c", COSINE, Metadata.EMPTY, axis(0));
    assertEquals(List.of("a"), keys(db.similar(5, axis(0))));
    assertEquals(
        List.of("b"),
        keys(db.engine().similar(SearchRequest.byVector(NS, axis(0)).withSpace("other"))));
    assertEquals(List.of("c"), keys(db.engine().similar(SearchRequest.byVector("ns2", axis(0)))));
  }

  @Test
  void similar_unknownNamespace_empty() {
    SearchResult result = db.similar(5, axis(0));
    assertTrue(result.hits().isEmpty());
    assertTrue(result.exact());
    assertEquals(SearchPlan.Tier.EMPTY, result.plan().tier());
  }

  @Test
  void similar_everythingDeleted_empty() {
    db.put("a", axis(0));
    db.delete("a");
    assertEquals(SearchPlan.Tier.EMPTY, db.similar(5, axis(0)).plan().tier());
  }

  @Test
  void similar_badRequests_refusedByName() {
    db.put("a", axis(0));
    ValidationException noSpace =
        assertThrows(
            ValidationException.class,
            () -> db.engine().similar(SearchRequest.byVector(NS, axis(0)).withSpace("nowhere")));
    assertTrue(String.valueOf(noSpace.getMessage()).contains("default"));
    assertEquals("nowhere", noSpace.details().get("space"));
    assertThrows(ValidationException.class, () -> db.similar(1, 1f, 2f));
    float[] broken = axis(0);
    broken[3] = Float.NaN;
    assertThrows(ValidationException.class, () -> db.similar(1, broken));
    assertThrows(ValidationException.class, () -> db.similar(1, new float[DIMENSION]));
    assertThrows(
        ValidationException.class,
        () -> db.engine().similar(SearchRequest.byText(NS, "some text")));
    db.commit(WriteBatch.builder().put("bare", "k", Value.text("v")).build());
    ValidationException none =
        assertThrows(
            ValidationException.class,
            () -> db.engine().similar(SearchRequest.byVector("bare", axis(0))));
    assertTrue(String.valueOf(none.getMessage()).contains("none yet"));
  }

  @Test
  void similar_asOfVersionAndInstant_whatWasThen() {
    Commit first = db.put("a", axis(0));
    Commit second = db.put("a", axis(1));
    db.put("b", axis(0));
    db.delete("a");

    SearchResult then = db.similarAsOf(5, AsOf.version(first.version()), axis(0));
    assertEquals(List.of("a"), keys(then));
    assertEquals(1, then.hits().getFirst().score(), 1e-6);
    assertEquals(first.version(), then.readPoint().version());
    assertEquals(SearchPlan.Tier.EXACT_AS_OF, then.plan().tier());
    assertTrue(then.exact());

    SearchResult later = db.similarAsOf(5, AsOf.instant(second.committedAt()), axis(1));
    assertEquals(List.of("a"), keys(later));
    assertEquals(second.version(), later.readPoint().version());
    assertTrue(db.similarAsOf(5, AsOf.version(0), axis(0)).hits().isEmpty());
    assertTrue(db.similarAsOf(5, AsOf.instant(Instant.EPOCH), axis(0)).hits().isEmpty());
    assertEquals(
        List.of("b"),
        keys(db.similarAsOf(5, AsOf.instant(Instant.now().plusSeconds(3600)), axis(0))));
    assertThrows(ValidationException.class, () -> db.similarAsOf(5, AsOf.version(1_000), axis(0)));
  }

  @Test
  void similar_asOfBeforeSpaceWasFixed_emptyButVectorIsChecked() {
    Commit bare = db.commit(WriteBatch.builder().put(NS, "a", Value.text("v")).build());
    db.put("a", axis(0));
    assertTrue(db.similarAsOf(5, AsOf.version(bare.version()), axis(0)).hits().isEmpty());
    assertThrows(
        ValidationException.class, () -> db.similarAsOf(5, AsOf.version(bare.version()), 1f));
  }

  @Test
  void similar_asOfWithFilter_metadataOfThen() {
    Commit red = db.put(NS, "a", COSINE, Metadata.of("colour", "red"), axis(0));
    db.put(NS, "b", COSINE, Metadata.of("colour", "blue"), axis(0));
    db.put(NS, "a", COSINE, Metadata.of("colour", "blue"), axis(0));
    SearchRequest request =
        SearchRequest.byVector(NS, axis(0)).withFilter(Filter.eq("colour", "red"));
    assertTrue(db.engine().similar(request).hits().isEmpty());
    assertEquals(
        List.of("a"), keys(db.engine().similar(request.withAsOf(AsOf.version(red.version() + 1)))));
  }

  @Test
  void similar_filter_followsMetadata() {
    db.put(NS, "a", COSINE, Metadata.of("n", 1), axis(0));
    db.put(NS, "b", COSINE, Metadata.of("n", 2), axis(0));
    db.put(NS, "c", COSINE, Metadata.EMPTY, axis(0));
    Filter one = Filter.eq("n", 1);
    assertEquals(List.of("a"), keys(db.similar(5, one, axis(0))));
    assertEquals(List.of("b", "c"), keys(db.similar(5, Filter.not(one), axis(0))));
    // Metadata alone change: no embedding is written.
    db.commit(WriteBatch.builder().put(NS, "b", Value.text("v"), Metadata.of("n", 1)).build());
    assertEquals(List.of("a", "b"), keys(db.similar(5, one, axis(0))));
    db.delete("a");
    assertEquals(List.of("b"), keys(db.similar(5, one, axis(0))));
    // Created again without metadata.
    db.commit(WriteBatch.builder().embed(NS, "a", Embedding.of(COSINE, axis(0))).build());
    assertEquals(List.of("b"), keys(db.similar(5, one, axis(0))));
    db.put(NS, "d", COSINE, Metadata.of("n", 1), axis(0));
    SearchResult result = db.similar(5, one, axis(0));
    assertEquals(List.of("b", "d"), keys(result));
    assertEquals(2, result.plan().candidates());
    assertTrue(result.exact());
    assertEquals(SearchPlan.Tier.EMPTY, db.similar(5, Filter.eq("n", 9), axis(0)).plan().tier());
  }

  @Test
  void similar_expiredRecords_neverAppearAndCostNoHits() {
    Instant past = Instant.now().minusSeconds(60);
    for (int i = 0; i < 40; i++) {
      db.putExpiring("expired" + i, past, axis(0));
    }
    db.put("kept1", plane(30));
    db.put("kept2", plane(60));
    assertEquals(List.of("kept1", "kept2"), keys(db.similar(2, axis(0))));
    assertEquals(List.of("kept1"), keys(db.similar(1, axis(0))));
    assertEquals(List.of("kept1", "kept2"), keys(db.similar(10, axis(0))));
    // Written anew after it expired, without an embedding: the old one is gone with the record.
    db.commit(WriteBatch.builder().put(NS, "expired0", Value.text("again")).build());
    assertEquals(List.of("kept1", "kept2"), keys(db.similar(3, axis(0))));
  }

  @Test
  void similar_namespaceDeletedAndCreatedAgain_nothingOfTheFormer() {
    Commit first = db.put("a", axis(0));
    assertEquals(1, db.similar(5, axis(0)).hits().size());
    db.commit(WriteBatch.of(new Write.DeleteNamespace(NS)));
    assertTrue(db.similar(5, axis(0)).hits().isEmpty());
    assertEquals(List.of("a"), keys(db.similarAsOf(5, AsOf.version(first.version()), axis(0))));
    db.put("b", axis(1));
    assertEquals(List.of("b"), keys(db.similar(5, axis(0))));
    Awaitility.await().until(() -> db.engine().statistics().activeSpaces() == 1);
  }

  @Test
  void close_twice_thenRefuses() {
    db.put("a", axis(0));
    assertFalse(db.similar(1, axis(0)).hits().isEmpty());
    assertTrue(db.engine().statistics().blockBytes() > 0);
    db.engine().close();
    db.engine().close();
    assertEquals(0, db.engine().statistics().blockBytes());
    assertThrows(DatabaseClosedException.class, () -> db.similar(1, axis(0)));
  }
}
