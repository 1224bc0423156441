package dev.nacre.similarity;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.nacre.model.Metric;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * What every provider must do: agree with sums in double within rounding, over every dimension a
 * kernel could stumble on, and give a row the same score wherever it stands and however it is asked
 * for.
 */
interface SimilarityProviderContract {
  /** The provider under test. */
  SimilarityProvider provider();

  @Test
  default void scores_everyDimension_agreeWithSumsInDouble() {
    Random random = new Random(7);
    for (int dimension = 1; dimension <= 1100; dimension += dimension < 140 ? 1 : 13) {
      check(random, dimension, 5, 2);
    }
  }

  @Test
  default void scores_everyRowCount_agreeWithSumsInDouble() {
    Random random = new Random(8);
    for (int rows = 0; rows <= 19; rows++) {
      check(random, 33, rows, 3);
    }
  }

  @Test
  default void scores_equalVectors_distanceIsPositiveZero() {
    float[] vector = Vectors.prepared(Metric.EUCLIDEAN, new float[] {1, -2, 3});
    assertEquals(0f, provider().negatedSquaredDistance(vector, vector));
  }

  private void check(Random random, int dimension, int rowCount, int queryCount) {
    int stride = SimilarityProvider.stride(dimension);
    float[][] rows = new float[rowCount][];
    float[] queries = new float[queryCount * stride];
    for (int query = 0; query < queryCount; query++) {
      fill(random, queries, query * stride, dimension);
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment block = arena.allocate(Math.max(1, (long) rowCount * stride * Float.BYTES), 64);
      for (int row = 0; row < rowCount; row++) {
        rows[row] = new float[stride];
        fill(random, rows[row], 0, dimension);
        MemorySegment.copy(
            rows[row], 0, block, ValueLayout.JAVA_FLOAT, (long) row * stride * Float.BYTES, stride);
      }
      float[] products = new float[queryCount * rowCount];
      float[] distances = new float[queryCount * rowCount];
      provider().innerProducts(queries, queryCount, block, rowCount, stride, products);
      provider().negatedSquaredDistances(queries, queryCount, block, rowCount, stride, distances);
      for (int query = 0; query < queryCount; query++) {
        float[] one = new float[stride];
        System.arraycopy(queries, query * stride, one, 0, stride);
        for (int row = 0; row < rowCount; row++) {
          float product = products[query * rowCount + row];
          float distance = distances[query * rowCount + row];
          double tolerance = 1e-6 * Math.sqrt(dimension) * 8;
          assertEquals(dot(one, rows[row]), product, tolerance, "dimension " + dimension);
          assertEquals(-squares(one, rows[row]), distance, tolerance, "dimension " + dimension);
          // Bitwise: a row keeps its score when it moves.
          assertEquals(product, provider().innerProduct(one, rows[row]));
          assertEquals(distance, provider().negatedSquaredDistance(one, rows[row]));
        }
      }
    }
  }

  private static void fill(Random random, float[] target, int offset, int dimension) {
    for (int i = 0; i < dimension; i++) {
      target[offset + i] = random.nextFloat() * 2 - 1;
    }
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  private static double squares(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
    }
    return sum;
  }
}
