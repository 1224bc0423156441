package dev.nacre.bench.run;

import dev.nacre.bench.report.Latencies;
import dev.nacre.bench.report.Percentiles;
import java.util.Random;

/**
 * Look-ups of random keys by one caller, each timed by itself (reading the clock twice costs some
 * 40 ns).
 */
final class Lookups {
  private Lookups() {}

  /** One look-up. */
  @FunctionalInterface
  interface Lookup {
    /** The bytes of the value that was found; 0 when there is none. */
    int bytes(int key) throws Exception;
  }

  /**
   * Makes {@code gets} look-ups among {@code keys} keys.
   *
   * @param bytesEach what each must find
   */
  static Percentiles round(int gets, int keys, int seed, int bytesEach, Lookup lookup)
      throws Exception {
    Random random = new Random(seed);
    Latencies latencies = new Latencies();
    long bytes = 0;
    for (int i = 0; i < gets; i++) {
      int key = random.nextInt(keys);
      long before = System.nanoTime();
      int found = lookup.bytes(key);
      latencies.add(System.nanoTime() - before);
      bytes += found;
    }
    if (bytes != (long) gets * bytesEach) {
      throw new IllegalStateException("found " + bytes + " bytes in a round of " + gets);
    }
    return latencies.percentiles();
  }
}
