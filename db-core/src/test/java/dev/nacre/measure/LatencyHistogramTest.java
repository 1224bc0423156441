package dev.nacre.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.maintain.Latency;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Quantiles against the sorted durations themselves. */
class LatencyHistogramTest {

  @Property(tries = 500)
  void quantiles_areRightToAQuarterAndNeverTooSmall(
      @ForAll @Size(min = 1, max = 200) List<@LongRange(min = 0, max = 1L << 50) Long> given) {
    long[] nanos = given.stream().mapToLong(Long::longValue).toArray();
    LatencyHistogram histogram = new LatencyHistogram();
    Arrays.stream(nanos).forEach(histogram::record);
    Latency latency = histogram.latency();
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    assertEquals(nanos.length, latency.count());
    assertEquals(Duration.ofNanos(sorted[sorted.length - 1]), latency.max());
    assertEquals(Duration.ofNanos(Arrays.stream(nanos).sum()), latency.total());
    assertNear(sorted[(sorted.length * 50 + 99) / 100 - 1], latency.median());
    assertNear(sorted[(sorted.length * 99 + 99) / 100 - 1], latency.p99());
  }

  private static void assertNear(long exact, Duration found) {
    long nanos = found.toNanos();
    assertTrue(nanos >= exact && nanos <= exact + exact / 4 + 1, exact + " and " + nanos);
  }

  @Property(tries = 500)
  void bucket_holdsItsDuration(@ForAll @LongRange(min = 0) long nanos) {
    int bucket = LatencyHistogram.bucket(nanos);
    assertTrue(nanos <= LatencyHistogram.upper(bucket));
    assertTrue(bucket == 0 || nanos > LatencyHistogram.upper(bucket - 1));
  }

  @Test
  void nothingRecorded_none() {
    assertEquals(Latency.NONE, new LatencyHistogram().latency());
  }
}
