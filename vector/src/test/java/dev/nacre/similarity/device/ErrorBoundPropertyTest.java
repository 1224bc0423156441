package dev.nacre.similarity.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.model.Metric;
import dev.nacre.similarity.SimilarityProvider;
import dev.nacre.similarity.SimilarityProviders;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** The bound holds where rounding decides: rows that are nearly the same. */
class ErrorBoundPropertyTest {
  @Property(tries = 150)
  void candidates_rowsThatDifferByRounding_holdTheNearestOfEveryProvider(
      @ForAll @IntRange(min = 1, max = 300) int dimension,
      @ForAll @IntRange(min = 1, max = 700) int count,
      @ForAll @IntRange(min = 1, max = 20) int k,
      @ForAll Metric metric,
      @ForAll long seed) {
    Random random = new Random(seed);
    try (TestRows rows = new TestRows(metric, dimension, count, 1, 1, seed);
        DeviceSimilarity similarity =
            new DeviceSimilarity(new ModelDevice(1L << 30), DeviceContract.options());
        ResidentRows resident = similarity.resident(rows.stride())) {
      float[] base = rows.row(0);
      for (int row = 1; row < count; row++) {
        float[] near = base.clone();
        int at = random.nextInt(dimension);
        near[at] = random.nextBoolean() ? Math.nextUp(near[at]) : Math.nextDown(near[at]);
        rows.set(row, near);
      }
      Candidates candidates =
          similarity.candidates(resident, rows.source(), rows.batch(1, count, k, null));
      for (SimilarityProvider provider : SimilarityProviders.present()) {
        assertEquals(
            Arrays.toString(rows.nearest(provider, 0, IntStream.range(0, count), k, null)),
            Arrays.toString(rows.nearest(provider, 0, Arrays.stream(candidates.rows(0)), k, null)));
      }
    }
  }

  @Property(tries = 300)
  void kthLargest_anyNumbers_asSorted(
      @ForAll @IntRange(min = 1, max = 200) int count,
      @ForAll @IntRange(min = 1, max = 220) int k,
      @ForAll long seed) {
    Random random = new Random(seed);
    float[] values = new float[count + 3];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(4) == 0 ? Float.NEGATIVE_INFINITY : random.nextInt(50);
    }
    float[] sorted = Arrays.copyOfRange(values, 3, count + 3);
    Arrays.sort(sorted);
    float expected = k > count ? Float.NEGATIVE_INFINITY : sorted[count - k];
    assertEquals(expected, KthLargest.of(values, 3, count, k));
  }

  @Test
  void floor_beyondTheGreatestFloat_noBound() {
    assertTrue(new ErrorBound(false, 16, 1e18, 1e18).isFinite());
    assertFalse(new ErrorBound(false, 16, 1e20, 1e20).isFinite());
    assertFalse(new ErrorBound(true, 16, 1e20, 1).isFinite());
    assertFalse(new ErrorBound(false, 16, Double.NaN, 1).isFinite());
  }

  @Test
  void floor_belowTheScoreByLittle() {
    ErrorBound products = new ErrorBound(false, 384, 1, 1);
    assertTrue(products.floor(.5f) < .5f && products.floor(.5f) > .4998f);
    ErrorBound distances = new ErrorBound(true, 384, 1, 1);
    assertTrue(distances.floor(-2f) < -2f && distances.floor(-2f) > -2.001f);
    assertTrue(distances.floor(0f) < 0f && distances.floor(0f) > -1e-30f);
  }
}
