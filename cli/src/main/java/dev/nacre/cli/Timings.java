package dev.nacre.cli;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/** How long the parts of a run took. For one thread. */
final class Timings {
  private final long begin = System.nanoTime();
  private final List<Watch> watches = new ArrayList<>();

  Watch start(String what) {
    return start(what, 0, "");
  }

  /** Times the making of {@code count} things. */
  Watch start(String what, int count, String unit) {
    Watch watch = new Watch(what, count, unit);
    watches.add(watch);
    return watch;
  }

  <T> T time(String what, Supplier<T> work) {
    Watch watch = start(what);
    T made = work.get();
    watch.stop();
    return made;
  }

  void print(Terminal terminal, List<Long> questionNanos) {
    terminal.heading("Timings");
    for (Watch watch : watches) {
      terminal.line(
          String.format(
              Locale.ROOT, "  %-30s %8.2f s%s", watch.what, watch.nanos / 1e9, watch.rate()));
    }
    terminal.line(
        String.format(
            Locale.ROOT,
            "  %-30s %8.2f ms median, %.2f ms for 99 in 100",
            "answer a question",
            at(questionNanos, 0.5) / 1e6,
            at(questionNanos, 0.99) / 1e6));
    terminal.line(
        String.format(
            Locale.ROOT, "  %-30s %8.2f s", "all of it", (System.nanoTime() - begin) / 1e9));
  }

  private static long at(List<Long> sorted, double share) {
    return sorted.get((int) Math.min(sorted.size() - 1L, (long) (share * sorted.size())));
  }

  /** A part that is being timed. */
  static final class Watch {
    private final String what;
    private final int count;
    private final String unit;
    private final long start = System.nanoTime();
    private long nanos;

    private Watch(String what, int count, String unit) {
      this.what = what;
      this.count = count;
      this.unit = unit;
    }

    @CanIgnoreReturnValue
    Watch stop() {
      nanos = System.nanoTime() - start;
      return this;
    }

    private String rate() {
      return count == 0
          ? ""
          : String.format(
              Locale.ROOT, "   %,d %s, %.0f a second", count, unit, count / (nanos / 1e9));
    }
  }
}
