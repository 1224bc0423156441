package dev.nacre.store.sweep;

import dev.nacre.maintain.SweepReport;

/** What a sweep has done so far. For one thread. */
final class SweepCounts {
  long recordsExpired;
  long historyRows;
  long vectorRows;
  long logRows;
  int namespacesDropped;

  void add(SweepCounts more) {
    recordsExpired += more.recordsExpired;
    historyRows += more.historyRows;
    vectorRows += more.vectorRows;
    logRows += more.logRows;
    namespacesDropped += more.namespacesDropped;
  }

  SweepReport report() {
    return new SweepReport(recordsExpired, historyRows, vectorRows, logRows, namespacesDropped);
  }
}
