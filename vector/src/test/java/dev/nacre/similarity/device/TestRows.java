package dev.nacre.similarity.device;

import dev.nacre.model.Metric;
import dev.nacre.similarity.SimilarityProvider;
import dev.nacre.similarity.Vectors;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Random rows and queries, and the nearest among them by the host. */
final class TestRows implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final Metric metric;
  private final int dimension;
  private final int stride;
  private final MemorySegment floats;
  private final float[] queries;

  TestRows(Metric metric, int dimension, int count, int queryCount, float scale, long seed) {
    Random random = new Random(seed);
    this.metric = metric;
    this.dimension = dimension;
    this.stride = SimilarityProvider.stride(dimension);
    this.floats = arena.allocate(Math.max(1, count) * (long) stride * Float.BYTES, 64);
    this.queries = new float[queryCount * stride];
    for (int row = 0; row < count; row++) {
      set(row, vector(random, scale));
    }
    for (int query = 0; query < queryCount; query++) {
      System.arraycopy(vector(random, scale), 0, queries, query * stride, stride);
    }
  }

  private float[] vector(Random random, float scale) {
    float[] vector = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      vector[i] = (float) random.nextGaussian() * scale;
    }
    vector[random.nextInt(dimension)] = scale;
    return Vectors.prepared(metric, vector);
  }

  /** Overwrites a row by a prepared vector. */
  void set(int row, float[] prepared) {
    MemorySegment.copy(
        prepared, 0, floats, ValueLayout.JAVA_FLOAT, (long) row * stride * Float.BYTES, stride);
  }

  int stride() {
    return stride;
  }

  Metric metric() {
    return metric;
  }

  float[] row(int row) {
    float[] copy = new float[stride];
    MemorySegment.copy(
        floats, ValueLayout.JAVA_FLOAT, (long) row * stride * Float.BYTES, copy, 0, stride);
    return copy;
  }

  float[] query(int query) {
    return Arrays.copyOfRange(queries, query * stride, (query + 1) * stride);
  }

  /** Hands rows out in runs of at most seven. */
  RowSource source() {
    return (first, end, sink) -> {
      for (int row = first; row < end; row += 7) {
        int count = Math.min(7, end - row);
        sink.accept(
            floats.asSlice((long) row * stride * Float.BYTES, (long) count * stride * Float.BYTES),
            count);
      }
    };
  }

  Batch batch(int queryCount, int end, int k, long @Nullable [] mask) {
    return new Batch(metric == Metric.EUCLIDEAN, queries, queryCount, end, k, mask);
  }

  /** The nearest of the given rows, ties by row: rows that the mask leaves out do not count. */
  int[] nearest(
      SimilarityProvider provider, int query, IntStream rows, int k, long @Nullable [] mask) {
    float[] vector = query(query);
    record Scored(int row, float score) {}
    return rows.filter(row -> mask == null || (mask[row >>> 6] & 1L << row) != 0)
        .mapToObj(row -> new Scored(row, Vectors.score(provider, metric, vector, row(row))))
        .sorted(
            (a, b) ->
                a.score == b.score
                    ? Integer.compare(a.row, b.row)
                    : Float.compare(b.score, a.score))
        .limit(k)
        .mapToInt(Scored::row)
        .toArray();
  }

  @Override
  public void close() {
    arena.close();
  }
}
