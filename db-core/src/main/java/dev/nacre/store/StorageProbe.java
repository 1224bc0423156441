package dev.nacre.store;

/**
 * Called right before storage is touched; a test stalls or fails the call here. Must be
 * thread-safe.
 */
public interface StorageProbe {
  /** Does nothing. */
  StorageProbe NONE = new StorageProbe() {};

  /** Before a group is written, on the committer thread. */
  default void beforeWrite() {}

  /**
   * Before a read that may go to disk. Reads that are answered from the block cache only do not
   * call it.
   */
  default void beforeRead() {}
}
