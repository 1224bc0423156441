package dev.nacre.similarity.device;

import org.jspecify.annotations.Nullable;

/** Queries that are compared with the same rows. The arrays are the caller's, and not changed. */
public final class Batch {
  private final boolean distances;
  private final float[] queries;
  private final int count;
  private final int end;
  private final int k;
  private final long @Nullable [] mask;

  /**
   * A batch.
   *
   * @param distances negated squared distances instead of inner products
   * @param queries {@code count} prepared queries, each padded to the rows' stride
   * @param count queries, at least 1
   * @param end rows below this take part
   * @param k how many nearest, at least 1
   * @param mask a bit for each row that takes part, from the lowest of the first word on; null for
   *     all
   */
  public Batch(
      boolean distances, float[] queries, int count, int end, int k, long @Nullable [] mask) {
    if (count < 1 || k < 1 || end < 0 || (mask != null && mask.length < (end + 63L) >>> 6)) {
      throw new IllegalArgumentException(
          "a batch of " + count + " queries, k " + k + ", over " + end + " rows");
    }
    this.distances = distances;
    this.queries = queries;
    this.count = count;
    this.end = end;
    this.k = k;
    this.mask = mask;
  }

  boolean distances() {
    return distances;
  }

  float[] queries() {
    return queries;
  }

  int count() {
    return count;
  }

  int end() {
    return end;
  }

  int k() {
    return k;
  }

  long @Nullable [] mask() {
    return mask;
  }

  /** The length of a query. */
  double length(int query, int stride) {
    double squares = 0;
    for (int i = query * stride; i < (query + 1) * stride; i++) {
      squares += (double) queries[i] * queries[i];
    }
    return Math.sqrt(squares);
  }
}
