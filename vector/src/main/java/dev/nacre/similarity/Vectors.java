package dev.nacre.similarity;

import dev.nacre.model.Metric;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Brings vectors into the form that kernels read. */
public final class Vectors {
  private static final ValueLayout.OfFloat LITTLE_ENDIAN =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Vectors() {}

  /** A copy of {@code vector}, padded, and scaled to length one under cosine. */
  public static float[] prepared(Metric metric, float[] vector) {
    float[] padded = Arrays.copyOf(vector, SimilarityProvider.stride(vector.length));
    scale(metric, padded, vector.length);
    return padded;
  }

  /**
   * Fills {@code target}, which is padded, from stored components, scaled to length one under
   * cosine.
   *
   * @param stored {@code dimension} float32, little-endian, unaligned
   */
  public static void prepare(Metric metric, MemorySegment stored, int dimension, float[] target) {
    MemorySegment.copy(stored, LITTLE_ENDIAN, 0, target, 0, dimension);
    scale(metric, target, dimension);
  }

  /** Scales the first {@code dimension} components to length one under cosine, in place. */
  public static void prepare(Metric metric, float[] vector, int dimension) {
    scale(metric, vector, dimension);
  }

  /** Scores one prepared query against one prepared row. */
  public static float score(
      SimilarityProvider provider, Metric metric, float[] query, float[] row) {
    return switch (metric) {
      case COSINE, DOT -> provider.innerProduct(query, row);
      case EUCLIDEAN -> provider.negatedSquaredDistance(query, row);
    };
  }

  /** Scores one prepared query against prepared rows; {@code scores[r]} is the one of row r. */
  public static void scores(
      SimilarityProvider provider,
      Metric metric,
      float[] query,
      MemorySegment rows,
      int rowCount,
      float[] scores) {
    switch (metric) {
      case COSINE, DOT -> provider.innerProducts(query, 1, rows, rowCount, query.length, scores);
      case EUCLIDEAN ->
          provider.negatedSquaredDistances(query, 1, rows, rowCount, query.length, scores);
    }
  }

  /** The length is computed in double: very short and very long vectors keep their direction. */
  private static void scale(Metric metric, float[] vector, int dimension) {
    if (metric != Metric.COSINE) {
      return;
    }
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int i = 0;
    for (; i + 3 < dimension; i += 4) {
      a += (double) vector[i] * vector[i];
      b += (double) vector[i + 1] * vector[i + 1];
      c += (double) vector[i + 2] * vector[i + 2];
      d += (double) vector[i + 3] * vector[i + 3];
    }
    for (; i < dimension; i++) {
      a += (double) vector[i] * vector[i];
    }
    double inverse = 1 / Math.sqrt(a + b + c + d);
    for (int j = 0; j < dimension; j++) {
      vector[j] = (float) (vector[j] * inverse);
    }
  }
}
