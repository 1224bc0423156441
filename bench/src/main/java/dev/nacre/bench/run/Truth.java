package dev.nacre.bench.run;

import dev.nacre.bench.data.Vectors;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * What the right answers are: every query compared with every vector, in doubles.
 *
 * <p>A hit counts when it is as near as the right answer's last one, up to rounding: a text that
 * occurs twice may be found under either key.
 */
final class Truth {
  private static final double ROUNDING = 1e-6;

  private final Vectors base;
  private final Vectors queries;
  private final Map<String, Integer> places = new HashMap<>();
  private final double[] threshold;
  private final int[] expected;

  /** Compares; {@code accepted} says which of the base count. */
  Truth(Vectors base, Vectors queries, int k, IntPredicate accepted) {
    this.base = base;
    this.queries = queries;
    for (int i = 0; i < base.size(); i++) {
      if (places.put(base.keys().get(i), i) != null) {
        throw new IllegalArgumentException("two vectors have the key " + base.keys().get(i));
      }
    }
    int[] rows = IntStream.range(0, base.size()).filter(accepted).toArray();
    this.threshold = new double[queries.size()];
    this.expected = new int[queries.size()];
    IntStream.range(0, queries.size())
        .parallel()
        .forEach(
            query -> {
              double[] best = new double[Math.min(k, rows.length)];
              Arrays.fill(best, Double.NEGATIVE_INFINITY);
              for (int row : rows) {
                offer(best, dot(queries.rows()[query], base.rows()[row]));
              }
              expected[query] = best.length;
              threshold[query] = best.length == 0 ? 0 : best[0] - ROUNDING;
            });
  }

  /** How many of the right answers to {@code query} are among {@code keys}. */
  int right(int query, List<String> keys) {
    float[] vector = queries.rows()[query];
    return (int)
        Math.min(
            expected[query],
            keys.stream()
                .distinct()
                .filter(key -> dot(vector, base.rows()[place(key)]) >= threshold[query])
                .count());
  }

  private int place(String key) {
    return Objects.requireNonNull(places.get(key), key);
  }

  /** How many right answers the first {@code queries} queries have. */
  int expected(int queryCount) {
    return Arrays.stream(expected, 0, queryCount).sum();
  }

  /** Keeps the largest, smallest first. */
  private static void offer(double[] best, double score) {
    if (best.length == 0 || score <= best[0]) {
      return;
    }
    int place = 0;
    while (place + 1 < best.length && best[place + 1] < score) {
      best[place] = best[place + 1];
      place++;
    }
    best[place] = score;
  }

  private static double dot(float[] a, float[] b) {
    // Four sums, so that each addition need not wait for the one before.
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    int i = 0;
    for (; i + 3 < a.length; i += 4) {
      sum0 += (double) a[i] * b[i];
      sum1 += (double) a[i + 1] * b[i + 1];
      sum2 += (double) a[i + 2] * b[i + 2];
      sum3 += (double) a[i + 3] * b[i + 3];
    }
    for (; i < a.length; i++) {
      sum0 += (double) a[i] * b[i];
    }
    return sum0 + sum1 + sum2 + sum3;
  }
}
