package dev.nacre.bench.report;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Prints measurements as they come, and at the end every bound with what was measured against it.
 * For one thread.
 */
public final class Report {
  private static final int LABEL = 64;

  private final PrintWriter out;
  private final List<Bound> bounds = new ArrayList<>();
  private String section = "";

  /**
   * A bound that was tested.
   *
   * @param name what was compared
   * @param measured the figure
   * @param limit what it is held against
   * @param holds whether it is within
   */
  public record Bound(String name, double measured, String limit, boolean holds) {}

  /** Prints to {@code out}. */
  public Report(PrintWriter out) {
    this.out = out;
  }

  /** Begins a part. */
  public void section(String title) {
    section = title;
    line("");
    line("== " + title);
  }

  /** A line of its own. */
  public void line(String text) {
    out.println(text);
    out.flush();
  }

  /** What is going on, for whoever waits; not part of the report. */
  public void progress(String text) {
    line("   ... " + text);
  }

  /** A contender with its figures. */
  public void row(String label, String figures) {
    line(String.format(Locale.ROOT, "   %-" + LABEL + "s %s", label, figures));
  }

  /** A contender with a rate and latencies. */
  public void rate(String label, double perSecond, Percentiles latencies) {
    row(
        label,
        String.format(
            Locale.ROOT,
            "%,10.0f /s   p50 %,8.1f us   p99 %,8.1f us",
            perSecond,
            latencies.p50(),
            latencies.p99()));
  }

  /** A contender with latencies. */
  public void latency(String label, Percentiles latencies, String more) {
    row(
        label,
        String.format(
            Locale.ROOT,
            "p50 %,9.2f us   p99 %,9.2f us%s",
            latencies.p50(),
            latencies.p99(),
            more.isEmpty() ? "" : "   " + more));
  }

  /** A ratio that nothing is asked of. */
  public void ratio(String label, double ratio) {
    row(label, String.format(Locale.ROOT, "ratio %.2f", ratio));
  }

  /** A ratio that must not be more than {@code limit}. */
  public void atMost(String label, double ratio, double limit) {
    bound(label, ratio, String.format(Locale.ROOT, "at most %.2f", limit), ratio <= limit);
  }

  /** A figure that must not be less than {@code limit}. */
  public void atLeast(String label, double figure, double limit) {
    bound(label, figure, String.format(Locale.ROOT, "at least %.2f", limit), figure >= limit);
  }

  private void bound(String label, double measured, String limit, boolean holds) {
    bounds.add(new Bound(section + ": " + label, measured, limit, holds));
    row(
        label,
        String.format(
            Locale.ROOT, "      %.3f   %s   %s", measured, limit, holds ? "PASS" : "FAIL"));
  }

  /** Every bound so far, in order. */
  public List<Bound> bounds() {
    return List.copyOf(bounds);
  }

  /** Prints every bound once more; returns whether all hold. */
  public boolean summary() {
    section("Bounds");
    for (Bound bound : bounds) {
      line(
          String.format(
              Locale.ROOT,
              "   %s  %-70s %8.3f  (%s)",
              bound.holds() ? "PASS" : "FAIL",
              bound.name(),
              bound.measured(),
              bound.limit()));
    }
    return bounds.stream().allMatch(Bound::holds);
  }
}
