package dev.nacre.maintain;

/**
 * How many rows a purge has erased.
 *
 * @param records live records
 * @param versions versions of records in the history, tombstones included
 * @param vectors live vectors
 * @param pastVectors vectors in the history
 * @param changes changes in the log, of which it now says only that they were purged
 * @param expiries entries of the queue of expiries
 */
public record ErasedRows(
    long records, long versions, long vectors, long pastVectors, long changes, long expiries) {
  /** Nothing. */
  public static final ErasedRows NONE = new ErasedRows(0, 0, 0, 0, 0, 0);

  /** All of them. */
  public long total() {
    return records + versions + vectors + pastVectors + changes + expiries;
  }

  /** These and those. */
  public ErasedRows plus(ErasedRows other) {
    return new ErasedRows(
        records + other.records,
        versions + other.versions,
        vectors + other.vectors,
        pastVectors + other.pastVectors,
        changes + other.changes,
        expiries + other.expiries);
  }
}
