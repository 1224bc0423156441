package dev.nacre.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.ValidationException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;

class EmbeddingTest {
  private static final EmbeddingSpace DOT = new EmbeddingSpace("dot", 2, Metric.DOT, null);

  @Test
  void of_componentsThatAreNotFinite_areRefusedAndNamed() {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      ValidationException thrown =
          assertThrows(ValidationException.class, () -> Embedding.of(DOT, 1, bad));
      assertEquals("1", thrown.details().get("component"));
      assertEquals("dot", thrown.details().get("space"));
    }
  }

  @Test
  void of_wrongLength_isRefused() {
    ValidationException thrown =
        assertThrows(ValidationException.class, () -> Embedding.of(DOT, 1, 2, 3));
    assertTrue(thrown.toString().contains("3 components") && thrown.toString().contains("has 2"));
    assertThrows(ValidationException.class, () -> Embedding.of());
    assertThrows(ValidationException.class, () -> Embedding.of(new float[4097]));
    float[] widest = new float[4096];
    widest[0] = 1;
    assertEquals(4096, Embedding.of(widest).space().dimension());
  }

  @Test
  void of_zeroVector_isRefusedUnderCosineOnly() {
    assertThrows(ValidationException.class, () -> Embedding.of(0, 0));
    assertThrows(ValidationException.class, () -> Embedding.of(-0.0f, 0));
    // Its squares underflow: no direction can be computed either.
    assertThrows(ValidationException.class, () -> Embedding.of(1e-30f, 1e-30f));
    assertEquals(2, Embedding.of(DOT, 0, 0).vector().length);
    assertEquals(
        2, Embedding.of(new EmbeddingSpace("e", 2, Metric.EUCLIDEAN, null), 0, 0).vector().length);
  }

  @Test
  void of_vectorWhoseSquaresOverflow_isRefused() {
    assertThrows(ValidationException.class, () -> Embedding.of(DOT, Float.MAX_VALUE, 1));
    assertThrows(ValidationException.class, () -> Embedding.of(DOT, 1.5e19f, 1.5e19f));
    assertEquals(2, Embedding.of(DOT, 1e19f, 1e19f).vector().length);
  }

  @Test
  void embedding_isCopiedInAndOut() {
    float[] vector = {1, 2};
    Embedding embedding = Embedding.of(DOT, vector);
    vector[0] = 9;
    embedding.vector()[1] = 9;
    assertArrayEquals(new float[] {1, 2}, embedding.vector());
    assertEquals(Embedding.of(DOT, 1, 2), embedding);
    assertEquals(Embedding.of(DOT, 1, 2).hashCode(), embedding.hashCode());
    assertNotEquals(Embedding.of(DOT, 1, 3), embedding);
    assertNotEquals(Embedding.of(DOT, 0.0f, 1), Embedding.of(DOT, -0.0f, 1));
    assertNotEquals(Embedding.of(1, 2), embedding);
    byte[] bytes = new byte[8];
    embedding.copyTo(MemorySegment.ofArray(bytes));
    assertArrayEquals(new byte[] {0, 0, (byte) 0x80, 0x3f, 0, 0, 0, 0x40}, bytes);
  }

  @Test
  void space_names_areChecked() {
    for (String name : List.of("a", "A.b_c-9", "x".repeat(64))) {
      assertEquals(name, EmbeddingSpace.of(name, 3).name());
    }
    for (String name : List.of("", "x".repeat(65), "a b", "ä", "a/b", "a\n")) {
      assertThrows(ValidationException.class, () -> EmbeddingSpace.of(name, 3));
    }
  }

  @Test
  void space_dimensionAndModel_areChecked() {
    for (int dimension : new int[] {0, -1, Integer.MIN_VALUE, 4097}) {
      assertThrows(ValidationException.class, () -> EmbeddingSpace.of(dimension));
    }
    assertEquals(EmbeddingSpace.DEFAULT_NAME, EmbeddingSpace.of(4096).name());
    assertEquals("m".repeat(256), new EmbeddingSpace("s", 1, Metric.DOT, "m".repeat(256)).model());
    for (String model : List.of("m".repeat(257), "\ud800")) {
      assertThrows(ValidationException.class, () -> new EmbeddingSpace("s", 1, Metric.DOT, model));
    }
  }
}
