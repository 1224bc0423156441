package dev.nacre.maintain;

/**
 * What a sweep has done. Rows of namespaces that were dropped whole are not counted.
 *
 * @param recordsExpired records that had expired and have a tombstone now
 * @param historyRows superseded versions and tombstones that were dropped
 * @param vectorRows superseded vectors that were dropped
 * @param logRows entries of the log of changes that were dropped
 * @param namespacesDropped deleted namespaces of which everything was dropped
 */
public record SweepReport(
    long recordsExpired, long historyRows, long vectorRows, long logRows, int namespacesDropped) {
  /** Nothing. */
  public static final SweepReport NOTHING = new SweepReport(0, 0, 0, 0, 0);

  /** Both together. */
  public SweepReport plus(SweepReport other) {
    return new SweepReport(
        recordsExpired + other.recordsExpired,
        historyRows + other.historyRows,
        vectorRows + other.vectorRows,
        logRows + other.logRows,
        namespacesDropped + other.namespacesDropped);
  }
}
