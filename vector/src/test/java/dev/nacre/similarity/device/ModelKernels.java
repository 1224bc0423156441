package dev.nacre.similarity.device;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/** What the kernels of every device do, in Java: sums run backwards, which rounds otherwise. */
public final class ModelKernels {
  private ModelKernels() {}

  /** The layout is that of {@link Device.Scoring}; every segment starts at its buffer. */
  public static void score(
      boolean distances,
      MemorySegment rows,
      MemorySegment queries,
      int queryCount,
      MemorySegment scores,
      MemorySegment maxima,
      @Nullable MemorySegment mask,
      int first,
      int count,
      int stride,
      int rowLimit) {
    int groups = rowLimit / Device.GROUP_ROWS;
    for (int query = 0; query < queryCount; query++) {
      for (int row = 0; row < count; row++) {
        int number = first + row;
        boolean counts =
            mask == null
                || (mask.getAtIndex(ValueLayout.JAVA_INT, number >> 5) >> (number & 31) & 1) != 0;
        float score =
            counts ? score(distances, rows, row, queries, query, stride) : Float.NEGATIVE_INFINITY;
        scores.setAtIndex(ValueLayout.JAVA_FLOAT, (long) query * rowLimit + number, score);
        long group = (long) query * groups + number / Device.GROUP_ROWS;
        float best =
            number % Device.GROUP_ROWS == 0
                ? score
                : Math.max(score, maxima.getAtIndex(ValueLayout.JAVA_FLOAT, group));
        maxima.setAtIndex(ValueLayout.JAVA_FLOAT, group, best);
      }
    }
  }

  private static float score(
      boolean distances,
      MemorySegment rows,
      int row,
      MemorySegment queries,
      int query,
      int stride) {
    float sum = 0;
    for (int i = stride - 1; i >= 0; i--) {
      float x = rows.getAtIndex(ValueLayout.JAVA_FLOAT, (long) row * stride + i);
      float y = queries.getAtIndex(ValueLayout.JAVA_FLOAT, (long) query * stride + i);
      sum += distances ? (y - x) * (y - x) : x * y;
    }
    return distances ? 0 - sum : sum;
  }

  /** The layout is that of {@link Device.Selecting}. */
  public static void select(
      MemorySegment scores,
      MemorySegment maxima,
      MemorySegment thresholds,
      MemorySegment counts,
      MemorySegment found,
      int queryCount,
      int count,
      int rowLimit,
      int capacity) {
    for (int query = 0; query < queryCount; query++) {
      float threshold = thresholds.getAtIndex(ValueLayout.JAVA_FLOAT, query);
      // From the last one on: in any order.
      for (int row = count - 1; row >= 0; row--) {
        long group = ((long) query * rowLimit + row) / Device.GROUP_ROWS;
        if (maxima.getAtIndex(ValueLayout.JAVA_FLOAT, group) >= threshold
            && scores.getAtIndex(ValueLayout.JAVA_FLOAT, (long) query * rowLimit + row)
                >= threshold) {
          int at = counts.getAtIndex(ValueLayout.JAVA_INT, query);
          counts.setAtIndex(ValueLayout.JAVA_INT, query, at + 1);
          if (at < capacity) {
            found.setAtIndex(ValueLayout.JAVA_INT, (long) query * capacity + at, row);
          }
        }
      }
    }
  }
}
