package dev.nacre.maintain;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How long something took since the database was opened.
 *
 * @param count how often it was done
 * @param total how long all of them took together
 * @param median half of them took at most this, right to a quarter
 * @param p99 99 of 100 took at most this, right to a quarter
 * @param max the longest
 */
public record Latency(long count, Duration total, Duration median, Duration p99, Duration max) {
  /** Nothing was done. */
  public static final Latency NONE =
      new Latency(0, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);

  /** Refuses null. */
  public Latency {
    requireNonNull(total, "total");
    requireNonNull(median, "median");
    requireNonNull(p99, "p99");
    requireNonNull(max, "max");
  }
}
