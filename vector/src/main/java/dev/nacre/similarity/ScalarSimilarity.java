package dev.nacre.similarity;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The oracle: plain loops that accumulate in double, component by component, and round once at the
 * end.
 */
final class ScalarSimilarity extends RowByRow {
  @Override
  public String name() {
    return "scalar";
  }

  @Override
  float innerProduct(float[] queries, int offset, MemorySegment rows, long at, int stride) {
    double sum = 0;
    for (int i = 0; i < stride; i++) {
      sum += (double) queries[offset + i] * component(rows, at, i);
    }
    return (float) sum;
  }

  @Override
  float squaredDistance(float[] queries, int offset, MemorySegment rows, long at, int stride) {
    double sum = 0;
    for (int i = 0; i < stride; i++) {
      double difference = (double) queries[offset + i] - component(rows, at, i);
      sum += difference * difference;
    }
    return (float) sum;
  }

  private static float component(MemorySegment rows, long at, int i) {
    return rows.get(ValueLayout.JAVA_FLOAT_UNALIGNED, at + (long) i * Float.BYTES);
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
