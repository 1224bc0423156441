package dev.nacre.vector;

import static dev.nacre.vector.SearchFixture.NS;
import static dev.nacre.vector.SearchFixture.keys;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.filter.Filter;
import dev.nacre.model.AsOf;
import dev.nacre.model.DeclaredField;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.search.Grouping;
import dev.nacre.search.HitGroup;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import dev.nacre.store.StoreOptions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Hits by the value of a field, case by case. */
class GroupedSearchTest {
  private static final int MANY = SearchRequest.K_MAX + 50;

  private final SearchFixture db =
      SearchFixture.of(
          StoreOptions.inMemory(), new VectorOptions(null, 64L << 20, Integer.MAX_VALUE));

  @AfterEach
  void close() {
    db.close();
  }

  private SearchResult grouped(int k, int size) {
    return db.engine().similar(request(k, size));
  }

  private static SearchRequest request(int k, int size) {
    return SearchRequest.byVector(NS, 1, 0)
        .withK(k)
        .withGrouping(Grouping.by("group").withSize(size));
  }

  private static List<Object> values(SearchResult result) {
    return result.groups().stream().map(group -> group.field().orElse("-")).toList();
  }

  /** The i-th is the i-th nearest. */
  private static float[] nearest(int i) {
    double angle = Math.PI * i / (MANY + 1);
    return new float[] {(float) Math.cos(angle), (float) Math.sin(angle)};
  }

  /** All in group {@code i % 3}, but for the last, and the second hit of a group far behind. */
  private void putMany() {
    WriteBatch.Builder batch = WriteBatch.builder();
    for (int i = 0; i < MANY; i++) {
      Metadata metadata =
          i == 5 || i == MANY - 2
              ? Metadata.of("group", "pair")
              : i == MANY - 1 ? Metadata.of("group", "last") : Metadata.of("group", i % 3);
      batch.put(NS, "k" + i, Value.text("v"), metadata, Embedding.of(nearest(i)));
    }
    db.commit(batch.build());
  }

  @Test
  void similar_secondHitOfAGroupFarBehind_isFoundAndExact() {
    putMany();
    SearchResult result = grouped(4, 2);
    assertEquals(List.of(0L, 1L, 2L, "pair"), values(result));
    assertEquals(List.of("k0", "k3", "k1", "k4", "k2", "k8", "k5", "k" + (MANY - 2)), keys(result));
    assertTrue(result.exact());
    assertTrue(result.next().isEmpty());
  }

  @Test
  void similar_groupBehindTheBound_isNotFoundAndTheAnswerNotExact() {
    putMany();
    SearchResult result = grouped(5, 1);
    assertEquals(List.of(0L, 1L, 2L, "pair"), values(result));
    assertFalse(result.exact());
    // A filter brings it near.
    SearchResult filtered =
        db.engine().similar(request(5, 1).withFilter(Filter.in("group", List.of("pair", "last"))));
    assertEquals(List.of("pair", "last"), values(filtered));
    assertTrue(filtered.exact());
    SearchResult large = grouped(1, Grouping.SIZE_MAX);
    assertEquals(Grouping.SIZE_MAX, large.hits().size());
    assertTrue(large.exact());
  }

  @Test
  void similar_byDeclaredField_asDeclaredAtTheMoment() {
    WriteBatch.Builder batch = WriteBatch.builder();
    for (int i = 0; i < 6; i++) {
      Value value = Value.json("{\"by\": [\"a\", " + i % 2 + "]}");
      batch.put(NS, "k" + i, value, Metadata.of("group", i), Embedding.of(nearest(i)));
    }
    long before = db.commit(batch.build()).version();
    db.commit(
        WriteBatch.of(
            new Write.Configure(
                NS,
                NamespaceOptions.DEFAULT.withFields(List.of(new DeclaredField("group", "$.by"))))));
    SearchResult result = grouped(5, 2);
    assertEquals(List.of(List.of("a", 0L), List.of("a", 1L)), values(result));
    assertEquals(List.of("k0", "k2", "k1", "k3"), keys(result));
    SearchResult then = db.engine().similar(request(5, 2).withAsOf(AsOf.version(before)));
    assertEquals(List.of(0L, 1L, 2L, 3L, 4L), values(then));
  }

  @Test
  void similar_withoutTheField_aGroupEach() {
    db.put(NS, "x", EmbeddingSpace.of(2), Metadata.EMPTY, nearest(0));
    db.put(NS, "y", EmbeddingSpace.of(2), Metadata.EMPTY, nearest(1));
    db.put(NS, "z", EmbeddingSpace.of(2), Metadata.of("group", 1), nearest(2));
    SearchResult result = grouped(3, 2);
    assertEquals(List.of("x", "y", "z"), keys(result));
    assertEquals(
        List.of(Optional.empty(), Optional.empty(), Optional.of(1L)),
        result.groups().stream().map(HitGroup::field).toList());
    SearchResult with = db.engine().similar(request(3, 2).withFilter(Filter.exists("group")));
    assertEquals(List.of("z"), keys(with));
  }
}
