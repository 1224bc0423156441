package dev.nacre.bench.raw;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.RocksObject;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * RocksDB with the options that the product uses where they matter for speed: cache, write buffers,
 * log size, block sizes, filters, compression. Thread-safe but for {@link #close()}.
 */
public final class RawStore implements AutoCloseable {
  static {
    RocksDB.loadLibrary();
  }

  /** The product's default. */
  public static final long BLOCK_CACHE_BYTES = 256L << 20;

  private static final long WRITE_BUFFER_BYTES = 128L << 20;
  private static final List<String> FAMILIES =
      List.of("default", "head", "vector", "log", "history");

  private final RocksDB db;
  private final List<ColumnFamilyHandle> families;
  private final List<RocksObject> owned;
  private final ReadOptions read = new ReadOptions();
  private final WriteOptions sync = new WriteOptions().setSync(true);
  private final WriteOptions async = new WriteOptions();

  private RawStore(RocksDB db, List<ColumnFamilyHandle> families, List<RocksObject> owned) {
    this.db = db;
    this.families = families;
    this.owned = owned;
  }

  /** Opens or creates one in {@code directory}, with the product's default cache. */
  public static RawStore open(Path directory) throws RocksDBException {
    return open(directory, BLOCK_CACHE_BYTES);
  }

  /** Opens or creates one in {@code directory} with a block cache of {@code cacheBytes}. */
  public static RawStore open(Path directory, long cacheBytes) throws RocksDBException {
    List<RocksObject> owned = new ArrayList<>();
    Cache cache = new LRUCache(cacheBytes);
    owned.add(cache);
    DBOptions options =
        new DBOptions()
            .setCreateIfMissing(true)
            .setCreateMissingColumnFamilies(true)
            .setDbWriteBufferSize(WRITE_BUFFER_BYTES)
            .setMaxTotalWalSize(2 * WRITE_BUFFER_BYTES)
            .setMaxBackgroundJobs(Math.max(2, Runtime.getRuntime().availableProcessors()))
            .setMaxOpenFiles(-1)
            .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
            .setStatsDumpPeriodSec(0);
    owned.add(options);
    List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
    for (String name : FAMILIES) {
      boolean vector = name.equals("vector");
      boolean history = name.equals("history");
      BlockBasedTableConfig table =
          new BlockBasedTableConfig()
              .setBlockCache(cache)
              .setFormatVersion(5)
              .setBlockSize(vector ? 16 << 10 : history ? 8 << 10 : 4 << 10);
      if (!history) {
        table.setFilterPolicy(new BloomFilter(10));
      }
      ColumnFamilyOptions family =
          new ColumnFamilyOptions()
              .setWriteBufferSize(WRITE_BUFFER_BYTES / 2)
              .setLevelCompactionDynamicLevelBytes(true)
              .setCompressionType(
                  vector ? CompressionType.NO_COMPRESSION : CompressionType.LZ4_COMPRESSION)
              .setTableFormatConfig(table);
      owned.add(family);
      descriptors.add(new ColumnFamilyDescriptor(name.getBytes(StandardCharsets.US_ASCII), family));
    }
    List<ColumnFamilyHandle> families = new ArrayList<>();
    RocksDB db = RocksDB.open(options, directory.toString(), descriptors, families);
    return new RawStore(db, families, owned);
  }

  /** Where records go. */
  ColumnFamilyHandle head() {
    return families.get(1);
  }

  /** Where vectors go. */
  ColumnFamilyHandle vector() {
    return families.get(2);
  }

  /** Where changes are noted. */
  ColumnFamilyHandle log() {
    return families.get(3);
  }

  /** Where values go that are not the newest. */
  ColumnFamilyHandle history() {
    return families.get(4);
  }

  /** The value of a key, or null. */
  public byte @Nullable [] get(byte[] key) throws RocksDBException {
    return db.get(head(), read, key);
  }

  /**
   * The value of the first row of the history at or after {@code key}, or null when none is left.
   */
  public byte @Nullable [] seekHistory(byte[] key) throws RocksDBException {
    try (RocksIterator rows = db.newIterator(history(), read)) {
      rows.seek(key);
      if (!rows.isValid()) {
        rows.status();
        return null;
      }
      return rows.value();
    }
  }

  /** How many bytes the values of all keys have, read in order of the keys, keys and all. */
  public long scan() throws RocksDBException {
    long bytes = 0;
    try (RocksIterator rows = db.newIterator(head(), read)) {
      for (rows.seekToFirst(); rows.isValid(); rows.next()) {
        byte[] key = rows.key();
        bytes += key.length == 0 ? 0 : rows.value().length;
      }
      rows.status();
    }
    return bytes;
  }

  /** Puts one value and returns when it is on stable storage. */
  public void put(byte[] key, byte[] value) throws RocksDBException {
    db.put(head(), sync, key, value);
  }

  /** Puts many values; number {@code i} belongs to key {@code i}. */
  public void load(byte[][] keys, IntFunction<byte[]> values, int batchSize)
      throws RocksDBException {
    for (int from = 0; from < keys.length; from += batchSize) {
      try (WriteBatch batch = new WriteBatch()) {
        for (int i = from; i < Math.min(keys.length, from + batchSize); i++) {
          batch.put(head(), keys[i], values.apply(i));
        }
        write(batch);
      }
    }
  }

  /**
   * Puts older values; number {@code i} belongs to key {@code i} of {@link #seekHistory}. Returns
   * before they are on stable storage.
   */
  public void loadHistory(byte[][] keys, IntFunction<byte[]> values) throws RocksDBException {
    try (WriteBatch batch = new WriteBatch()) {
      for (int i = 0; i < keys.length; i++) {
        batch.put(history(), keys[i], values.apply(i));
      }
      db.write(async, batch);
    }
  }

  /** Writes a batch and returns when it is on stable storage. */
  void write(WriteBatch batch) throws RocksDBException {
    write(batch, true);
  }

  /** Writes a batch; returns when it is on stable storage if {@code forced}. */
  void write(WriteBatch batch, boolean forced) throws RocksDBException {
    db.write(forced ? sync : async, batch);
  }

  @Override
  public void close() {
    families.forEach(ColumnFamilyHandle::close);
    db.close();
    read.close();
    sync.close();
    async.close();
    owned.forEach(RocksObject::close);
  }
}
