package dev.nacre.store.rocks;

import java.nio.charset.StandardCharsets;

/**
 * The column families of a store. RocksDB numbers them in the order in which they are created,
 * which is this order: the log check reads the numbers from the write-ahead log before the store is
 * open.
 */
public enum ColumnFamily {
  /** RocksDB's own, empty. */
  DEFAULT(0, "default"),
  /** Live records. */
  HEAD(1, "head"),
  /** Superseded records and tombstones. */
  HISTORY(2, "history"),
  /** Live vectors. */
  VECTOR(3, "vector"),
  /** Superseded vectors. */
  VECTOR_HISTORY(4, "vector_history"),
  /** Changes by namespace and version. */
  LOG(5, "log"),
  /** Commits by version. */
  COMMIT(6, "commit"),
  /** Keys by time of expiry. */
  EXPIRY(7, "expiry"),
  /** Registry of namespaces, spaces, options; lineage. */
  META(8, "meta");

  private final int id;
  private final String title;

  ColumnFamily(int id, String title) {
    this.id = id;
    this.title = title;
  }

  /** RocksDB's number of this column family. */
  public int id() {
    return id;
  }

  /** Its name in RocksDB. */
  public String title() {
    return title;
  }

  byte[] titleBytes() {
    return title.getBytes(StandardCharsets.UTF_8);
  }
}
