package dev.nacre.similarity;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The oracle: plain loops that accumulate in double, component by component, and round once at the
 * end.
 */
final class ScalarSimilarity implements SimilarityProvider {
  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public void innerProducts(
      float[] queries,
      int queryCount,
      MemorySegment rows,
      int rowCount,
      int stride,
      float[] scores) {
    for (int row = 0; row < rowCount; row++) {
      long base = (long) row * stride;
      for (int query = 0; query < queryCount; query++) {
        int offset = query * stride;
        double sum = 0;
        for (int i = 0; i < stride; i++) {
          sum +=
              (double) queries[offset + i]
                  * rows.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, base + i);
        }
        scores[query * rowCount + row] = (float) sum;
      }
    }
  }

  @Override
  public void negatedSquaredDistances(
      float[] queries,
      int queryCount,
      MemorySegment rows,
      int rowCount,
      int stride,
      float[] scores) {
    for (int row = 0; row < rowCount; row++) {
      long base = (long) row * stride;
      for (int query = 0; query < queryCount; query++) {
        int offset = query * stride;
        double sum = 0;
        for (int i = 0; i < stride; i++) {
          double difference =
              (double) queries[offset + i]
                  - rows.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, base + i);
          sum += difference * difference;
        }
        scores[query * rowCount + row] = (float) (0 - sum);
      }
    }
  }

  @Override
  public float innerProduct(float[] query, float[] row) {
    double sum = 0;
    for (int i = 0; i < query.length; i++) {
      sum += (double) query[i] * row[i];
    }
    return (float) sum;
  }

  @Override
  public float negatedSquaredDistance(float[] query, float[] row) {
    double sum = 0;
    for (int i = 0; i < query.length; i++) {
      double difference = (double) query[i] - row[i];
      sum += difference * difference;
    }
    return (float) (0 - sum);
  }
}
