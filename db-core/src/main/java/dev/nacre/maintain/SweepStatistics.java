package dev.nacre.maintain;

import static java.util.Objects.requireNonNull;

/**
 * What the sweeper has done since the database was opened.
 *
 * @param sweeps sweeps that ended well, and how long they took
 * @param failures sweeps that failed; what they left is tried again by the next one
 * @param lastFailure what the last sweep failed of, or empty when it ended well
 * @param total what all of them have dropped
 */
public record SweepStatistics(
    Latency sweeps, long failures, String lastFailure, SweepReport total) {
  /** No sweep yet. */
  public static final SweepStatistics NONE =
      new SweepStatistics(Latency.NONE, 0, "", SweepReport.NOTHING);

  /** Refuses null. */
  public SweepStatistics {
    requireNonNull(sweeps, "sweeps");
    requireNonNull(lastFailure, "lastFailure");
    requireNonNull(total, "total");
  }
}
