package dev.nacre.measure;

import dev.nacre.maintain.Latency;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts durations in buckets that grow by an eighth to a quarter, so that a quantile is right to
 * that much. Recording is three atomic additions; nothing is allocated. Thread-safe.
 */
public final class LatencyHistogram {
  private static final int PARTS = 4;
  private static final int BUCKETS = 64 * PARTS;

  private final AtomicLongArray buckets = new AtomicLongArray(BUCKETS);
  private final LongAdder totalNanos = new LongAdder();
  private final LongAccumulator maxNanos = new LongAccumulator(Math::max, 0);

  /** Nothing recorded yet. */
  public LatencyHistogram() {}

  /** Records a duration; one below zero counts as zero. */
  public void record(long nanos) {
    long positive = Math.max(0, nanos);
    buckets.getAndIncrement(bucket(positive));
    totalNanos.add(positive);
    maxNanos.accumulate(positive);
  }

  /** What was recorded so far. */
  public Latency latency() {
    long[] counts = new long[BUCKETS];
    long count = 0;
    for (int i = 0; i < BUCKETS; i++) {
      counts[i] = buckets.get(i);
      count += counts[i];
    }
    long max = maxNanos.get();
    return new Latency(
        count,
        Duration.ofNanos(totalNanos.sum()),
        quantile(counts, count, max, 50),
        quantile(counts, count, max, 99),
        Duration.ofNanos(max));
  }

  private static Duration quantile(long[] counts, long count, long max, int percent) {
    long rank = (count * percent + 99) / 100;
    long seen = 0;
    for (int i = 0; i < BUCKETS; i++) {
      seen += counts[i];
      if (seen >= rank && seen > 0) {
        return Duration.ofNanos(Math.min(max, upper(i)));
      }
    }
    return Duration.ZERO;
  }

  /** Four buckets to each power of two. */
  static int bucket(long nanos) {
    if (nanos < PARTS) {
      return (int) nanos;
    }
    int exponent = 63 - Long.numberOfLeadingZeros(nanos);
    int part = (int) (nanos >>> (exponent - 2)) & (PARTS - 1);
    return (exponent - 1) * PARTS + part;
  }

  /** The largest duration of a bucket. */
  static long upper(int bucket) {
    if (bucket < PARTS) {
      return bucket;
    }
    int exponent = bucket / PARTS + 1;
    long part = bucket % PARTS;
    long next = (PARTS + part + 1) << (exponent - 2);
    return next < 0 ? Long.MAX_VALUE : next - 1;
  }
}
