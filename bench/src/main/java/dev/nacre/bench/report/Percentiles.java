package dev.nacre.bench.report;

import java.util.Arrays;
import java.util.Collection;

/**
 * A sum of durations, in microseconds.
 *
 * @param count how many calls
 * @param p50 half of them took at most this
 * @param p99 99 of 100 took at most this
 */
public record Percentiles(long count, double p50, double p99) {

  /** The median of each percentile over rounds. */
  public static Percentiles median(Collection<Percentiles> rounds) {
    return new Percentiles(
        rounds.stream().mapToLong(Percentiles::count).sum(),
        median(rounds.stream().mapToDouble(Percentiles::p50).toArray()),
        median(rounds.stream().mapToDouble(Percentiles::p99).toArray()));
  }

  /** The median; of an even number the mean of the two in the middle. */
  public static double median(double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
