package dev.nacre;

import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * How long to pause after a conflict: a random time below a bound that doubles with every failure,
 * up to a most. Random, so that those who met once do not meet again.
 */
final class Backoff {
  static final long MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final long FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final int DOUBLINGS_MAX = 20;

  private Backoff() {}

  /**
   * A pause.
   *
   * @param failures conflicts so far, at least 1
   */
  static long nanos(int failures, RandomGenerator random) {
    long bound = Math.min(MOST_NANOS, FIRST_NANOS << Math.min(failures - 1, DOUBLINGS_MAX));
    return random.nextLong(bound + 1);
  }
}
