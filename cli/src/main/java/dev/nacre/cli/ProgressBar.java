package dev.nacre.cli;

import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Shows how far a job of known size is: a bar that redraws itself on a terminal, a line at each
 * quarter elsewhere. For one thread.
 */
final class ProgressBar {
  private static final int WIDTH = 32;
  private static final Duration REDRAW_AFTER = Duration.ofMillis(50);

  private final Terminal terminal;
  private final String unit;
  private final int total;
  private final LongSupplier nanos;
  private final long start;
  private long drawn;
  private int done;
  private int quarter;

  ProgressBar(Terminal terminal, String unit, int total, LongSupplier nanos) {
    this.terminal = terminal;
    this.unit = unit;
    this.total = total;
    this.nanos = nanos;
    this.start = nanos.getAsLong();
    this.drawn = start - REDRAW_AFTER.toNanos();
  }

  /** {@code count} more are done. */
  void advance(int count) {
    done += count;
    if (terminal.interactive()) {
      long now = nanos.getAsLong();
      if (now - drawn >= REDRAW_AFTER.toNanos() || done >= total) {
        drawn = now;
        terminal.redraw("  [" + bar() + "] " + status());
        if (done >= total) {
          terminal.line("");
        }
      }
    } else if (4L * done / total > quarter) {
      quarter = (int) (4L * done / total);
      terminal.line("  " + status());
    }
  }

  private String bar() {
    int full = (int) ((long) WIDTH * done / total);
    return "#".repeat(full) + ".".repeat(WIDTH - full);
  }

  private String status() {
    double seconds = (nanos.getAsLong() - start) / 1e9;
    return String.format(
        Locale.ROOT,
        "%,d of %,d %s  %3d %%  %.1f s%s",
        done,
        total,
        unit,
        100L * done / total,
        seconds,
        seconds > 0 ? String.format(Locale.ROOT, "  %.0f/s", done / seconds) : "");
  }
}
