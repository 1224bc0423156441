package dev.nacre.store.sweep;

import dev.nacre.maintain.SweepReport;

/** What a sweep has done so far. For one thread. */
final class SweepCounts {
  long recordsExpired;
  long historyRows;
  long vectorRows;
  long logRows;
  int namespacesDropped;

  SweepReport report() {
    return new SweepReport(recordsExpired, historyRows, vectorRows, logRows, namespacesDropped);
  }
}
