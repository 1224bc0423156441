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
  private static final List<String> FAMILIES = List.of("default", "head", "vector", "log");

  private final RocksDB db;
  private final List<ColumnFamilyHandle> families;
  private final List<RocksObject> owned;
  private final ReadOptions read = new ReadOptions();
  private final WriteOptions sync = new WriteOptions().setSync(true);

  private RawStore(RocksDB db, List<ColumnFamilyHandle> families, List<RocksObject> owned) {
    this.db = db;
    this.families = families;
    this.owned = owned;
  }

  /** Opens or creates one in {@code directory}. */
  public static RawStore open(Path directory) throws RocksDBException {
    List<RocksObject> owned = new ArrayList<>();
    Cache cache = new LRUCache(BLOCK_CACHE_BYTES);
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
      ColumnFamilyOptions family =
          new ColumnFamilyOptions()
              .setWriteBufferSize(WRITE_BUFFER_BYTES / 2)
              .setLevelCompactionDynamicLevelBytes(true)
              .setCompressionType(
                  vector ? CompressionType.NO_COMPRESSION : CompressionType.LZ4_COMPRESSION)
              .setTableFormatConfig(
                  new BlockBasedTableConfig()
                      .setBlockCache(cache)
                      .setFormatVersion(5)
                      .setBlockSize(vector ? 16 << 10 : 4 << 10)
                      .setFilterPolicy(new BloomFilter(10)));
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

  /** The value of a key, or null. */
  public byte @Nullable [] get(byte[] key) throws RocksDBException {
    return db.get(head(), read, key);
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

  /** Writes a batch and returns when it is on stable storage. */
  void write(WriteBatch batch) throws RocksDBException {
    db.write(sync, batch);
  }

  @Override
  public void close() {
    families.forEach(ColumnFamilyHandle::close);
    db.close();
    read.close();
    sync.close();
    owned.forEach(RocksObject::close);
  }
}
