package dev.nacre.runtime;

import dev.nacre.maintain.Latency;
import dev.nacre.measure.LatencyHistogram;
import java.util.concurrent.atomic.LongAdder;

/** What the runtime counts of its calls. Thread-safe. */
final class Measures {
  private final LongAdder readsFromMemory = new LongAdder();
  private final LatencyHistogram reads = new LatencyHistogram();
  private final LatencyHistogram searches = new LatencyHistogram();

  /** A read was answered from memory, on its caller's thread. */
  void readFromMemory() {
    readsFromMemory.increment();
  }

  /** A call of the pool has ended. */
  void answered(Call<?> call, long nanos) {
    if (isSimilar(call)) {
      searches.record(nanos);
    } else {
      reads.record(nanos);
    }
  }

  private static boolean isSimilar(Call<?> call) {
    return call instanceof Call.Similar
        || (call instanceof Call.Held<?> held && held.read() instanceof Call.Similar);
  }

  long readsFromMemory() {
    return readsFromMemory.sum();
  }

  Latency reads() {
    return reads.latency();
  }

  Latency searches() {
    return searches.latency();
  }
}
