package dev.nacre.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.ValidationException;
import dev.nacre.filter.Filter;
import dev.nacre.model.AsOf;
import dev.nacre.model.EmbeddingSpace;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Requests are immutable plain data with checked ranges. */
class SearchRequestTest {
  private final SearchRequest request = SearchRequest.byVector("ns", 1, 2);

  @Test
  void byVector_defaults() {
    assertEquals("ns", request.namespace());
    assertEquals(EmbeddingSpace.DEFAULT_NAME, request.space());
    assertEquals(10, request.k());
    assertEquals(AsOf.now(), request.asOf());
    assertEquals(Optional.empty(), request.filter());
    assertEquals(Optional.empty(), request.text());
    assertArrayEquals(new float[] {1, 2}, request.vector().orElseThrow());
  }

  @Test
  void vector_isCopiedInAndOut() {
    float[] vector = {1, 2};
    SearchRequest copied = SearchRequest.byVector("ns", vector);
    vector[0] = 9;
    copied.vector().orElseThrow()[1] = 9;
    assertArrayEquals(new float[] {1, 2}, copied.vector().orElseThrow());
  }

  @Test
  void byText_becomesByVector() {
    SearchRequest text = SearchRequest.byText("ns", "a question").withK(3);
    assertEquals(Optional.of("a question"), text.text());
    assertTrue(text.vector().isEmpty());
    SearchRequest vector = text.withVector(1, 2);
    assertEquals(3, vector.k());
    assertTrue(vector.text().isEmpty());
    assertThrows(ValidationException.class, () -> SearchRequest.byText("ns", " "));
  }

  @Test
  void withK_outOfRange_refused() {
    assertEquals(1, request.withK(1).k());
    assertEquals(SearchRequest.K_MAX, request.withK(SearchRequest.K_MAX).k());
    assertThrows(ValidationException.class, () -> request.withK(0));
    assertThrows(ValidationException.class, () -> request.withK(SearchRequest.K_MAX + 1));
  }

  @Test
  void shapes_areChecked() {
    SearchRequest shaped = request.withMinScore(-4).withGrouping(Grouping.by("f").withSize(3));
    assertEquals(Optional.of(-4f), shaped.minScore());
    assertEquals(Optional.of(new Grouping("f", 3)), shaped.grouping());
    assertEquals(Optional.of(new Diversity(.5, 7)), diverse(.5, 7).diversity());
    assertEquals(Optional.of("c"), request.withCursor("c").cursor());
    assertEquals(request, request.withCursor("c").withCursor(null));
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      assertThrows(ValidationException.class, () -> request.withMinScore(bad));
    }
    for (double bad : new double[] {-.01, 1.01, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThrows(ValidationException.class, () -> Diversity.of(bad));
    }
    for (int bad : new int[] {0, -1, Diversity.POOL_MAX + 1}) {
      assertThrows(ValidationException.class, () -> Diversity.of(1).withPool(bad));
      assertThrows(ValidationException.class, () -> Grouping.by("f").withSize(bad));
    }
    assertThrows(ValidationException.class, () -> Grouping.by(""));
    assertThrows(ValidationException.class, () -> Grouping.by("f".repeat(257)));
  }

  private SearchRequest diverse(double lambda, int pool) {
    return request.withDiversity(Diversity.of(lambda).withPool(pool));
  }

  @Test
  void shapes_thatDoNotGoTogether_refused() {
    SearchRequest grouped = request.withGrouping(Grouping.by("f").withSize(1_000));
    assertThrows(ValidationException.class, () -> grouped.withK(11));
    assertThrows(ValidationException.class, () -> grouped.withDiversity(Diversity.of(.5)));
    assertThrows(ValidationException.class, () -> grouped.withCursor("c"));
    SearchRequest diverse = diverse(.5, 10);
    assertThrows(ValidationException.class, () -> diverse.withK(1_001));
    assertThrows(ValidationException.class, () -> diverse.withCursor("c"));
    SearchRequest continued = request.withCursor("c");
    assertThrows(ValidationException.class, () -> continued.withDiversity(Diversity.of(.5)));
    assertThrows(ValidationException.class, () -> continued.withGrouping(Grouping.by("f")));
    assertEquals(1_000, diverse.withK(1_000).k());
  }

  @Test
  void equals_everyPartCounts() {
    SearchRequest same = SearchRequest.byVector("ns", 1, 2);
    assertEquals(request, same);
    assertEquals(request.hashCode(), same.hashCode());
    for (SearchRequest other :
        List.of(
            SearchRequest.byVector("other", 1, 2),
            SearchRequest.byText("ns", "t"),
            request.withVector(1, 3),
            request.withSpace("s"),
            request.withK(11),
            request.withFilter(Filter.exists("f")),
            request.withMinScore(0),
            request.withGrouping(Grouping.by("f")),
            request.withDiversity(Diversity.of(.5)),
            request.withCursor("c"),
            request.withAsOf(AsOf.version(1)))) {
      assertNotEquals(request, other);
      assertNotEquals(request.toString(), other.toString().replace("of 2", ""));
    }
    assertNotEquals(request, null);
    assertTrue(request.withFilter(Filter.exists("f")).toString().contains("f"));
    assertTrue(SearchRequest.byText("ns", "four").toString().contains("text of 4"));
  }
}
