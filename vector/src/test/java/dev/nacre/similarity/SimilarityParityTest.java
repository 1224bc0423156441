package dev.nacre.similarity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.model.Metric;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Every provider present against the oracle, over random sizes, metrics and magnitudes. */
class SimilarityParityTest {
  @Property(tries = 300)
  void scores_anyProvider_agreeWithTheOracle(
      @ForAll @IntRange(min = 1, max = 1100) int dimension,
      @ForAll @IntRange(min = 1, max = 40) int rows,
      @ForAll Metric metric,
      @ForAll @IntRange(min = -10, max = 10) int magnitude,
      @ForAll long seed) {
    Random random = new Random(seed);
    float scale = (float) Math.pow(10, magnitude);
    float[] query = Vectors.prepared(metric, vector(random, dimension, scale));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment block = arena.allocate((long) rows * query.length * Float.BYTES, 64);
      for (int row = 0; row < rows; row++) {
        float[] prepared = Vectors.prepared(metric, vector(random, dimension, scale));
        MemorySegment.copy(
            prepared,
            0,
            block,
            ValueLayout.JAVA_FLOAT,
            (long) row * query.length * Float.BYTES,
            query.length);
      }
      float[] expected = new float[rows];
      Vectors.scores(new ScalarSimilarity(), metric, query, block, rows, expected);
      double size = metric == Metric.COSINE ? 1 : (double) scale * scale * dimension;
      for (SimilarityProvider provider : SimilarityProviders.present()) {
        float[] scores = new float[rows];
        Vectors.scores(provider, metric, query, block, rows, scores);
        for (int row = 0; row < rows; row++) {
          assertEquals(expected[row], scores[row], 1e-5 * size, provider.name());
        }
      }
    }
  }

  @Property(tries = 200)
  void prepared_cosine_lengthOneWhateverTheMagnitude(
      @ForAll @IntRange(min = 1, max = 600) int dimension,
      @ForAll @IntRange(min = -18, max = 17) int magnitude,
      @ForAll long seed) {
    float[] vector = vector(new Random(seed), dimension, (float) Math.pow(10, magnitude));
    vector[0] = (float) Math.pow(10, magnitude);
    float[] prepared = Vectors.prepared(Metric.COSINE, vector);
    double squares = 0;
    for (int i = 0; i < prepared.length; i++) {
      squares += (double) prepared[i] * prepared[i];
      assertTrue(i < dimension || prepared[i] == 0);
    }
    assertEquals(1, squares, 1e-5);
  }

  private static float[] vector(Random random, int dimension, float scale) {
    float[] vector = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      vector[i] = (random.nextFloat() - 0.5f) * scale;
    }
    vector[random.nextInt(dimension)] = scale;
    return vector;
  }
}
