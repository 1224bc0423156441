package dev.nacre.store.rocks;

import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/**
 * A write that RocksDB refused: what reached the disk is unknown until the store is opened again,
 * unless the disk {@linkplain #isDiskFull() is full}.
 */
public final class StorageFailure extends Exception {
  private static final long serialVersionUID = 1L;

  StorageFailure(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * Whether there is no space left. RocksDB then has nothing of the write in memory, refuses
   * further writes, and goes on by itself, with a new log file, some seconds after there is room
   * for a write buffer: no version that follows can meet what this write left behind.
   */
  public boolean isDiskFull() {
    return getCause() instanceof RocksDBException e && isDiskFull(e);
  }

  static boolean isDiskFull(RocksDBException e) {
    return e.getStatus() != null && e.getStatus().getSubCode() == Status.SubCode.NoSpace;
  }

  /**
   * Whether the write may come back when the store is opened again: a log record that did not fit
   * is torn and dropped, one that was written whole and could not be forced to the disk may be
   * there.
   */
  public boolean outcomeUnknown() {
    String message = getMessage();
    return !isDiskFull() || message == null || !message.startsWith("While appending to file");
  }
}
