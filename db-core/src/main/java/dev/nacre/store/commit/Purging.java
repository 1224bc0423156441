package dev.nacre.store.commit;

import dev.nacre.store.layout.PurgeTarget;

/**
 * A purge whose rows may still be there. From its commit on they are hidden from every read, at
 * every version, so that erasing them can take its time.
 */
public final class Purging {
  private final long version;
  private final long timeMicros;
  private final PurgeTarget target;
  private volatile boolean committed;

  /** A purge that is not committed yet. */
  public Purging(long version, long timeMicros, PurgeTarget target) {
    this.version = version;
    this.timeMicros = timeMicros;
    this.target = target;
  }

  /** Its version: newer rows of the same keys are not its. */
  public long version() {
    return version;
  }

  /** Its commit time. */
  public long timeMicros() {
    return timeMicros;
  }

  /** What it covers. */
  public PurgeTarget target() {
    return target;
  }

  /** Its group is in RocksDB: it will never be taken back. */
  void commit() {
    committed = true;
  }

  boolean isCommitted() {
    return committed;
  }

  boolean covers(byte[] key, long rowVersion) {
    return rowVersion <= version && target.covers(key);
  }
}
