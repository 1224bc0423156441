package dev.nacre.bench.report;

import java.util.Arrays;
import java.util.Collection;

/**
 * Durations of single calls, every one of them kept: percentiles are exact, not from buckets. For
 * one thread.
 */
public final class Latencies {
  private long[] nanos = new long[1 << 12];
  private int count;

  /** Takes one duration. */
  public void add(long duration) {
    if (count == nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * count);
    }
    nanos[count++] = duration;
  }

  /** The percentiles of everything that was taken. */
  public Percentiles percentiles() {
    return of(Arrays.copyOf(nanos, count));
  }

  /** The percentiles of several callers together. */
  public static Percentiles percentiles(Collection<Latencies> callers) {
    long[] all = new long[callers.stream().mapToInt(caller -> caller.count).sum()];
    int filled = 0;
    for (Latencies caller : callers) {
      System.arraycopy(caller.nanos, 0, all, filled, caller.count);
      filled += caller.count;
    }
    return of(all);
  }

  private static Percentiles of(long[] all) {
    if (all.length == 0) {
      throw new IllegalStateException("nothing was measured");
    }
    Arrays.sort(all);
    return new Percentiles(all.length, micros(all, .5), micros(all, .99));
  }

  /** The smallest duration that at least the share {@code p} of all does not exceed. */
  private static double micros(long[] sorted, double p) {
    return sorted[(int) Math.ceil(p * sorted.length) - 1] / 1e3;
  }
}
