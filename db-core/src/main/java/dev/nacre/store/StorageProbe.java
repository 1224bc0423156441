package dev.nacre.store;

/**
 * Called right before storage is touched, and at every step between which a process can die; a test
 * stalls, fails or kills it here. Must be thread-safe.
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

  /** Something has come so far, on the thread that does it. */
  default void reached(Step step) {}

  /** What separates one state of a directory from the next. */
  enum Step {
    /** What a power cut left is mended, if there was anything. */
    OPENING_MENDED,
    /** The write-ahead log was read and vouches for nothing that is missing. */
    OPENING_LOG_CHECKED,
    /** RocksDB has recovered. */
    OPENING_RECOVERED,
    /** The mark of a clean close is taken away. */
    OPENING_UNMARKED,
    /** The lineage is decided and written. */
    OPENING_LINEAGE_DECIDED,
    /** The new owner stands in the directory. */
    OPENING_SETTLED,

    /** A group has its versions and its bytes, and is not written. */
    GROUP_BUILT,
    /** A group is written, synced if anybody asked for that, and not visible. */
    GROUP_WRITTEN,
    /** A group is visible, and nobody was told. */
    GROUP_PUBLISHED,
    /** The callers of a group were told. */
    GROUP_ACKNOWLEDGED,
    /** The log was synced for a retry of what was there. */
    REPEAT_SYNCED,
    /** Rows that depend on no version are to be written. */
    MAINTENANCE_BUILT,
    /** Rows that depend on no version are written. */
    MAINTENANCE_WRITTEN,

    /** Records are found that have expired. */
    EXPIRY_FOUND,
    /** Their tombstones are committed. */
    EXPIRY_COMMITTED,
    /** A namespace's floors are raised in memory. */
    FLOOR_RAISED,
    /** Rows below the floor are gone, and the floor is written. */
    ROWS_DROPPED,

    /** The purge is committed: nothing of it can be read. */
    PURGE_COMMITTED,
    /** Its rows are erased. */
    PURGE_ERASED,
    /** Views have forgotten it. */
    PURGE_VIEWS_FORGOTTEN,
    /** What was in memory is in files. */
    PURGE_FLUSHED,
    /** The files are rewritten, the replaced ones may still be there. */
    PURGE_REWRITTEN,
    /** The replaced files are gone. */
    PURGE_FILES_GONE,
    /** The purge has noted that its rows and files are done, and forgotten the key. */
    PURGE_KEY_FORGOTTEN,
    /** The purge is complete. */
    PURGE_DONE,

    /** A checkpoint lies beside the store. */
    BACKUP_CHECKPOINTED,
    /** A backup's files are copied. */
    BACKUP_COPIED,
    /** A backup's manifest is written. */
    BACKUP_LISTED,

    /** Everything is merged into the last level. */
    COMPACTED,

    /** A graph of an index is about to be written. */
    INDEX_BEGUN,
    /** Lucene has been given every vector. */
    INDEX_FED,
    /** Lucene has committed. */
    INDEX_COMMITTED,
    /** The graph is in use. */
    INDEX_ADOPTED,

    /** The last group of a store that is being closed is written. */
    CLOSING_DRAINED,
    /** The log is synced. */
    CLOSING_SYNCED,
    /** RocksDB is closed. */
    CLOSING_ENGINE_CLOSED,
    /** The clean close is marked, and the directory still owned. */
    CLOSING_MARKED
  }
}
