package dev.nacre.similarity.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.model.Metric;
import dev.nacre.similarity.SimilarityProvider;
import dev.nacre.similarity.SimilarityProviders;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What every device must do: its scores are within the stated tolerance of the oracle's, and what
 * it answers holds the nearest of every provider of the host, over every size a kernel could
 * stumble on.
 */
public interface DeviceContract {
  /** A device of the kind under test; whoever asks closes it. */
  Device open();

  /** Options under which one row is worth a call. */
  static DeviceOptions options() {
    return DeviceOptions.DEFAULT.withRowsMin(1);
  }

  @Test
  default void scores_everyDimension_withinTheToleranceOfTheOracle() {
    int[] dimensions = {1, 2, 3, 15, 16, 17, 31, 33, 63, 64, 100, 127, 384, 1000, 2047, 4096};
    try (DeviceSimilarity similarity = new DeviceSimilarity(open(), options())) {
      for (int dimension : dimensions) {
        for (Metric metric : Metric.values()) {
          checkScores(similarity, metric, dimension, 67, 5, 1);
        }
      }
    }
  }

  @Test
  default void scores_largeAndSmallNumbers_withinTheToleranceOfTheOracle() {
    try (DeviceSimilarity similarity = new DeviceSimilarity(open(), options())) {
      for (float scale : new float[] {1e-30f, 1e-20f, 1e-3f, 1e3f, 1e15f}) {
        checkScores(similarity, Metric.DOT, 50, 20, 1, scale);
        checkScores(similarity, Metric.EUCLIDEAN, 50, 20, 1, scale);
      }
    }
  }

  @Test
  default void candidates_everyRowCount_holdTheNearest() {
    int[] counts = {1, 2, 63, 64, 65, 127, 128, 129, 500, 1000, 3001};
    try (DeviceSimilarity similarity = new DeviceSimilarity(open(), options())) {
      for (int count : counts) {
        for (Metric metric : Metric.values()) {
          for (int k : new int[] {1, 3, 10, count, count + 5}) {
            checkNearest(similarity, metric, 20, count, 2, k, null);
          }
        }
      }
    }
  }

  @Test
  default void candidates_batchesOfEverySize_holdTheNearestOfEachQuery() {
    try (DeviceSimilarity similarity = new DeviceSimilarity(open(), options())) {
      for (int queries = 1; queries <= 9; queries++) {
        checkNearest(similarity, Metric.COSINE, 24, 700, queries, 5, null);
      }
      checkNearest(similarity, Metric.DOT, 24, 700, 41, 5, null);
    }
  }

  @Test
  default void candidates_manyChunksAndSlices_holdTheNearest() {
    DeviceOptions small =
        options().withChunks(64L * 32 * Float.BYTES, 1L << 30).withWorkspaceBytes(1 << 16);
    try (DeviceSimilarity similarity = new DeviceSimilarity(open(), small)) {
      for (Metric metric : Metric.values()) {
        checkNearest(similarity, metric, 30, 1500, 21, 7, null);
      }
    }
  }

  @Test
  default void candidates_mask_onlyRowsThatItLeaves() {
    Random random = new Random(3);
    try (DeviceSimilarity similarity = new DeviceSimilarity(open(), options())) {
      for (double part : new double[] {0, .01, .5, 1}) {
        long[] mask = new long[(1900 >>> 6) + 1];
        for (int row = 0; row < 1900; row++) {
          mask[row >>> 6] |= random.nextDouble() < part ? 1L << row : 0;
        }
        checkNearest(similarity, Metric.COSINE, 20, 1900, 3, 10, mask);
      }
    }
  }

  @Test
  default void candidates_equalRows_allOfThem() {
    try (TestRows rows = new TestRows(Metric.COSINE, 40, 5000, 1, 1, 5);
        DeviceSimilarity similarity = new DeviceSimilarity(open(), options())) {
      float[] one = rows.row(0);
      for (int row = 0; row < 5000; row++) {
        rows.set(row, one);
      }
      try (ResidentRows resident = similarity.resident(rows.stride())) {
        Candidates all =
            similarity.candidates(resident, rows.source(), rows.batch(1, 5000, 10, null));
        assertArrayEquals(IntStream.range(0, 5000).toArray(), all.rows(0));
      }
    }
  }

  @Test
  default void candidates_rowsAppended_foundWhereverTheyStand() {
    try (TestRows rows = new TestRows(Metric.EUCLIDEAN, 17, 2000, 1, 1, 6);
        DeviceSimilarity similarity = new DeviceSimilarity(open(), options());
        ResidentRows resident = similarity.resident(rows.stride())) {
      for (int end = 1; end <= 2000; end += end / 2 + 1) {
        check(rows, similarity, resident, 1, end, 4, null);
      }
      // An older set sees fewer rows than there are by now.
      check(rows, similarity, resident, 1, 77, 4, null);
    }
  }

  @Test
  default void candidates_noRows_nothing() {
    try (TestRows rows = new TestRows(Metric.DOT, 5, 0, 1, 1, 6);
        DeviceSimilarity similarity = new DeviceSimilarity(open(), options());
        ResidentRows resident = similarity.resident(rows.stride())) {
      assertEquals(
          0, similarity.candidates(resident, rows.source(), rows.batch(1, 0, 4, null)).end());
    }
  }

  private static void checkScores(
      DeviceSimilarity similarity,
      Metric metric,
      int dimension,
      int count,
      int queryCount,
      float scale) {
    SimilarityProvider oracle = SimilarityProviders.choose("scalar").provider();
    try (TestRows rows = new TestRows(metric, dimension, count, queryCount, scale, dimension);
        ResidentRows resident = similarity.resident(rows.stride())) {
      Batch batch = rows.batch(queryCount, count, 1, null);
      float[] scores = similarity.scores(resident, rows.source(), batch).orElseThrow();
      for (int query = 0; query < queryCount; query++) {
        ErrorBound bound =
            new ErrorBound(
                metric == Metric.EUCLIDEAN,
                rows.stride(),
                batch.length(query, rows.stride()),
                resident.lengthMax());
        for (int row = 0; row < count; row++) {
          float expected =
              dev.nacre.similarity.Vectors.score(oracle, metric, rows.query(query), rows.row(row));
          assertEquals(
              expected,
              scores[query * count + row],
              bound.tolerance(expected),
              metric + ", dimension " + dimension + ", scale " + scale);
        }
      }
    }
  }

  private static void checkNearest(
      DeviceSimilarity similarity,
      Metric metric,
      int dimension,
      int count,
      int queryCount,
      int k,
      long @Nullable [] mask) {
    try (TestRows rows = new TestRows(metric, dimension, count, queryCount, 1, count + k);
        ResidentRows resident = similarity.resident(rows.stride())) {
      check(rows, similarity, resident, queryCount, count, k, mask);
    }
  }

  private static void check(
      TestRows rows,
      DeviceSimilarity similarity,
      ResidentRows resident,
      int queryCount,
      int end,
      int k,
      long @Nullable [] mask) {
    Candidates candidates =
        similarity.candidates(resident, rows.source(), rows.batch(queryCount, end, k, mask));
    assertEquals(end, candidates.end());
    for (SimilarityProvider provider : SimilarityProviders.present()) {
      for (int query = 0; query < queryCount; query++) {
        int[] found = candidates.rows(query);
        assertArrayEquals(
            rows.nearest(provider, query, IntStream.range(0, end), k, mask),
            rows.nearest(provider, query, Arrays.stream(found), k, null),
            () -> provider.name() + ", " + rows.metric() + ", k " + k + " of " + end);
        assertTrue(
            Arrays.stream(found)
                .allMatch(row -> mask == null || (mask[row >>> 6] & 1L << row) != 0));
      }
    }
  }
}
