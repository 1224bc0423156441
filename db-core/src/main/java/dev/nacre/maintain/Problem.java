package dev.nacre.maintain;

import static java.util.Objects.requireNonNull;

/**
 * Something that is not as it should be.
 *
 * @param area what kind of thing it was found in
 * @param place where: a file, with the offset when that is known, or a column family with namespace
 *     and key
 * @param what what is wrong
 * @param remedy what helps
 */
public record Problem(Area area, String place, String what, Remedy remedy) {
  /** Refuses null. */
  public Problem {
    requireNonNull(area, "area");
    requireNonNull(place, "place");
    requireNonNull(what, "what");
    requireNonNull(remedy, "remedy");
  }

  @Override
  public String toString() {
    return area + " " + place + ": " + what;
  }

  /** What kind of thing a problem was found in. */
  public enum Area {
    /** The directory and its small files: {@code FORMAT}, {@code CLEAN}. */
    DIRECTORY,
    /** The write-ahead log. */
    WRITE_AHEAD_LOG,
    /** RocksDB's files, apart from the write-ahead log. */
    STORAGE_FILE,
    /** The log of commits and changes. */
    LOG,
    /** Records and their history. */
    RECORDS,
    /** Vectors and their history. */
    VECTORS,
    /** The queue of expiries. */
    EXPIRY,
    /** The registry of namespaces, spaces and options. */
    REGISTRY,
    /** A derived index. */
    INDEX,
    /** A backup. */
    BACKUP
  }

  /** What helps. */
  public enum Remedy {
    /** {@code repair} does: what is damaged is derived and made anew. */
    REPAIR,
    /** Restoring a backup does: what is damaged is the only copy. */
    RESTORE,
    /** Nothing need be done; the next opening or closing does it. */
    NONE
  }
}
