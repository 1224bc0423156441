package dev.nacre.store.rocks;

/**
 * A write that RocksDB refused: what reached the disk is unknown until the store is opened again.
 */
public final class StorageFailure extends Exception {
  private static final long serialVersionUID = 1L;

  StorageFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
