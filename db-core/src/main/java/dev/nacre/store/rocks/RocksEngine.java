package dev.nacre.store.rocks;

import dev.nacre.error.CorruptionException;
import dev.nacre.error.FormatException;
import dev.nacre.error.ResourceExhaustedException;
import dev.nacre.error.UnavailableException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.Checkpoint;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.Env;
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.ReadOptions;
import org.rocksdb.ReadTier;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.RocksMemEnv;
import org.rocksdb.RocksObject;
import org.rocksdb.Slice;
import org.rocksdb.SstFileMetaData;
import org.rocksdb.Status;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * One RocksDB with the column families of a store. Thread-safe; the owner guarantees that no call
 * is under way or begins once {@link #close()} is called.
 *
 * <p>Reads do not look at deleted ranges, except {@link CursorUse#BULK}: only namespaces that are
 * gone for good are deleted so, which nobody reads, and thousands of such ranges would make each
 * read take milliseconds.
 */
public final class RocksEngine implements AutoCloseable {
  static {
    RocksDB.loadLibrary();
  }

  private static final byte[] NOT_CACHED = new byte[0];

  /** A seek from memory gives up behind so many deleted rows: a bounded cursor does it better. */
  private static final long CACHED_SEEK_SKIPS_MAX = 64;

  private final RocksDB db;
  private final ColumnFamilyHandle[] families;
  private final List<RocksObject> owned;
  private final Cache cache;
  private final boolean inMemory;
  private final ReadOptions readOptions;
  private final ReadOptions cachedOptions;
  private final ReadOptions cachedSeekOptions;
  private final WriteOptions syncOptions;
  private final WriteOptions asyncOptions;

  private RocksEngine(
      RocksDB db,
      ColumnFamilyHandle[] families,
      List<RocksObject> owned,
      Cache cache,
      boolean inMemory) {
    this.db = db;
    this.inMemory = inMemory;
    this.families = families;
    this.owned = owned;
    this.cache = cache;
    this.readOptions = own(readOptions(true));
    this.cachedOptions = own(readOptions(true).setReadTier(ReadTier.BLOCK_CACHE_TIER));
    this.cachedSeekOptions =
        own(
            readOptions(true)
                .setReadTier(ReadTier.BLOCK_CACHE_TIER)
                .setMaxSkippableInternalKeys(CACHED_SEEK_SKIPS_MAX)
                .setBackgroundPurgeOnIteratorCleanup(true));
    this.syncOptions = own(new WriteOptions().setSync(true));
    this.asyncOptions = own(new WriteOptions().setSync(false));
  }

  /** How an engine is opened: null directory for memory. */
  public record Options(
      @Nullable Path directory, boolean readOnly, long blockCacheBytes, long writeBufferBytes) {}

  /**
   * Opens or creates the column families.
   *
   * @throws CorruptionException when RocksDB finds its files damaged
   * @throws FormatException when the column families are not those of a store
   * @throws UnavailableException when the files cannot be opened
   */
  public static RocksEngine open(Options options) {
    List<RocksObject> owned = new ArrayList<>();
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    try {
      Cache cache = track(owned, new LRUCache(options.blockCacheBytes()));
      DBOptions dbOptions = track(owned, dbOptions(options));
      String path;
      if (options.directory() == null) {
        dbOptions.setEnv(track(owned, new RocksMemEnv(Env.getDefault())));
        path = "/nacre-in-memory";
      } else {
        path = options.directory().toAbsolutePath().toString();
      }
      List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
      for (ColumnFamily family : ColumnFamily.values()) {
        descriptors.add(
            new ColumnFamilyDescriptor(
                family.titleBytes(),
                track(owned, familyOptions(family, cache, options.writeBufferBytes()))));
      }
      RocksDB db =
          options.readOnly()
              ? RocksDB.openReadOnly(dbOptions, path, descriptors, handles)
              : RocksDB.open(dbOptions, path, descriptors, handles);
      for (ColumnFamily family : ColumnFamily.values()) {
        if (handles.get(family.id()).getID() != family.id()) {
          handles.forEach(ColumnFamilyHandle::close);
          db.close();
          throw new FormatException(
              "column family \""
                  + family.title()
                  + "\" has number "
                  + handles.get(family.id()).getID()
                  + " in "
                  + path
                  + ", expected "
                  + family.id()
                  + "; this is not the store of a Nacre directory",
              Map.of("directory", path));
        }
      }
      return new RocksEngine(
          db,
          handles.toArray(ColumnFamilyHandle[]::new),
          owned,
          cache,
          options.directory() == null);
    } catch (RocksDBException e) {
      closeAll(owned);
      throw openFailure(options, e);
    } catch (RuntimeException e) {
      closeAll(owned);
      throw e;
    }
  }

  private static RuntimeException openFailure(Options options, RocksDBException e) {
    Map<String, String> details = Map.of("directory", String.valueOf(options.directory()));
    Status.Code code = e.getStatus() == null ? Status.Code.Undefined : e.getStatus().getCode();
    if (code == Status.Code.Corruption) {
      return new CorruptionException(
          "the files in "
              + options.directory()
              + " are damaged: "
              + e.getMessage()
              + "; restore from a backup",
          details,
          e);
    }
    if (StorageFailure.isDiskFull(e)) {
      return new ResourceExhaustedException(
          "the disk is full: opening the store in "
              + options.directory()
              + " to write takes up to "
              + options.writeBufferBytes()
              + " bytes beside its log ("
              + e.getMessage()
              + "); free space and try again, or open it read-only. Nothing is lost",
          Map.of(
              "directory",
              String.valueOf(options.directory()),
              "reason",
              "diskFull",
              "outcome",
              "none",
              "bytesNeeded",
              Long.toString(options.writeBufferBytes())),
          e);
    }
    if (String.valueOf(e.getMessage()).contains("No such file or directory")) {
      return new CorruptionException(
          "a file of the store in "
              + options.directory()
              + " is missing: "
              + e.getMessage()
              + "; restore from a backup",
          details,
          e);
    }
    return new UnavailableException(
        "the store in " + options.directory() + " cannot be opened: " + e.getMessage(), details, e);
  }

  private static DBOptions dbOptions(Options options) {
    return manifestAlwaysNew()
        .setCreateIfMissing(!options.readOnly())
        .setCreateMissingColumnFamilies(!options.readOnly())
        .setDbWriteBufferSize(options.writeBufferBytes())
        .setMaxTotalWalSize(2 * options.writeBufferBytes())
        .setMaxBackgroundJobs(Math.max(2, Runtime.getRuntime().availableProcessors()))
        // Every file stays open, so that a read from the block cache never opens one.
        .setMaxOpenFiles(-1)
        // The log check (WriteAheadLogCheck) finds what this mode would skip in silence.
        .setWalRecoveryMode(WALRecoveryMode.PointInTimeRecovery)
        .setRecycleLogFileNum(0)
        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
        .setKeepLogFileNum(4)
        .setStatsDumpPeriodSec(0);
  }

  /**
   * Every change of the set of files writes the manifest anew. It is small (some hundred bytes for
   * a file), changes are rare (one for each flush or compaction), and an old one would quote keys
   * of files that are gone. Java has a setter for one of the two options only.
   */
  private static DBOptions manifestAlwaysNew() {
    Properties manifest = new Properties();
    manifest.setProperty("max_manifest_file_size", "1");
    manifest.setProperty("max_manifest_space_amp_pct", "0");
    DBOptions options = DBOptions.getDBOptionsFromProps(manifest);
    if (options == null) {
      throw new IllegalStateException("RocksDB does not know the options " + manifest);
    }
    return options;
  }

  private static ColumnFamilyOptions familyOptions(
      ColumnFamily family, Cache cache, long writeBufferBytes) {
    BlockBasedTableConfig table =
        new BlockBasedTableConfig()
            .setBlockCache(cache)
            .setFormatVersion(5)
            .setWholeKeyFiltering(true);
    ColumnFamilyOptions options =
        new ColumnFamilyOptions()
            .setCompressionType(CompressionType.LZ4_COMPRESSION)
            .setWriteBufferSize(Math.max(1 << 20, writeBufferBytes / 2))
            .setLevelCompactionDynamicLevelBytes(true);
    switch (family) {
      case HEAD, COMMIT -> table.setBlockSize(4 << 10).setFilterPolicy(new BloomFilter(10));
      // New idempotency keys are looked for in vain.
      case META -> table.setBlockSize(8 << 10).setFilterPolicy(new BloomFilter(10));
      case VECTOR, VECTOR_HISTORY -> {
        table.setBlockSize(16 << 10).setFilterPolicy(new BloomFilter(10));
        options.setCompressionType(CompressionType.NO_COMPRESSION);
      }
      case DEFAULT, HISTORY, LOG, EXPIRY -> table.setBlockSize(8 << 10);
    }
    return options.setTableFormatConfig(table);
  }

  // Deprecated because it can be misused: whoever ignores deleted ranges sees what was deleted.
  // Here only ranges are deleted that nobody asks for, and nothing else keeps a get fast beside
  // them.
  @SuppressWarnings("deprecation")
  private static ReadOptions readOptions(boolean ignoreRangeDeletions) {
    return new ReadOptions().setIgnoreRangeDeletions(ignoreRangeDeletions);
  }

  /** The value of a key, or null. */
  public byte @Nullable [] get(ColumnFamily family, byte[] key) {
    try {
      return db.get(families[family.id()], readOptions, key);
    } catch (RocksDBException e) {
      throw RocksCursor.readFailure(family, e);
    }
  }

  /**
   * The same from memtables and block cache only; something that {@link #isNotCached} recognises
   * when the disk would be needed.
   */
  public byte @Nullable [] getCached(ColumnFamily family, byte[] key) {
    try {
      return db.get(families[family.id()], cachedOptions, key);
    } catch (RocksDBException e) {
      if (isIncomplete(e)) {
        return NOT_CACHED;
      }
      throw RocksCursor.readFailure(family, e);
    }
  }

  /** Whether {@link #getCached} answered that it does not know. */
  @SuppressWarnings("ReferenceEquality") // The marker is an identity: an empty value is a value.
  public static boolean isNotCached(byte @Nullable [] answer) {
    return answer == NOT_CACHED;
  }

  /**
   * The first row at or after a key, from memtables and block cache only: {@link CachedRow#UNKNOWN}
   * when the disk would be needed, or many deleted rows passed over.
   */
  public CachedRow seekCached(ColumnFamily family, byte[] from) {
    try (RocksIterator rows = db.newIterator(families[family.id()], cachedSeekOptions)) {
      rows.seek(from);
      if (rows.isValid()) {
        return new CachedRow(rows.key(), rows.value());
      }
      rows.status();
      return CachedRow.NONE;
    } catch (RocksDBException e) {
      if (isIncomplete(e)) {
        return CachedRow.UNKNOWN;
      }
      throw RocksCursor.readFailure(family, e);
    }
  }

  /** A row that was found in memory. */
  @SuppressWarnings("ArrayRecordComponent") // Only the two constants are compared, by identity.
  public record CachedRow(byte[] key, byte[] value) {
    /** There is no such row. */
    public static final CachedRow NONE = new CachedRow(new byte[0], new byte[0]);

    /** Memory does not know. */
    public static final CachedRow UNKNOWN = new CachedRow(new byte[0], new byte[0]);

    /** Whether memory does not know. */
    @SuppressWarnings("ReferenceEquality")
    public boolean isUnknown() {
      return this == UNKNOWN;
    }
  }

  private static boolean isIncomplete(RocksDBException e) {
    return e.getStatus() != null && e.getStatus().getCode() == Status.Code.Incomplete;
  }

  /** The values of keys, null where absent, in their order. */
  public List<byte @Nullable []> getAll(ColumnFamily family, List<byte[]> keys) {
    if (keys.isEmpty()) {
      return List.of();
    }
    List<ColumnFamilyHandle> handles = Collections.nCopies(keys.size(), families[family.id()]);
    try {
      List<byte @Nullable []> values = new ArrayList<>(keys.size());
      values.addAll(db.multiGetAsList(readOptions, handles, keys));
      return values;
    } catch (RocksDBException e) {
      throw RocksCursor.readFailure(family, e);
    }
  }

  /** A cursor over the state now. */
  public RocksCursor cursor(ColumnFamily family, CursorUse use) {
    return cursor(family, use, null);
  }

  /**
   * A cursor that ends before {@code bound}. Where rows have been deleted in number, a cursor that
   * looks for something that is not there passes over all that was deleted behind it: the bound
   * says how far it need not go.
   */
  public RocksCursor cursor(ColumnFamily family, CursorUse use, byte @Nullable [] bound) {
    ReadOptions options = readOptions(use != CursorUse.BULK);
    switch (use) {
      case SHORT -> {}
      case SCAN, BULK -> options.setFillCache(false).setReadaheadSize(2 << 20);
      case SWEEP -> options.setFillCache(false);
    }
    @Nullable Slice end = bound == null ? null : new Slice(bound);
    if (end != null) {
      options.setIterateUpperBound(end);
    }
    return new RocksCursor(db.newIterator(families[family.id()], options), options, end, family);
  }

  /** What a cursor is for. */
  public enum CursorUse {
    /** A few entries. */
    SHORT,
    /** A long scan of a live namespace. */
    SCAN,
    /** Many entries here and there, once. */
    SWEEP,
    /** A long scan of everything: the only one that passes over deleted ranges. */
    BULK
  }

  /**
   * Writes a group atomically; with {@code sync} it is on stable storage when this returns.
   *
   * @throws StorageFailure when RocksDB refuses: the outcome is unknown
   */
  public void write(GroupBatch batch, boolean sync) throws StorageFailure {
    try (WriteBatch serialised = new WriteBatch(batch.toByteArray())) {
      db.write(sync ? syncOptions : asyncOptions, serialised);
    } catch (RocksDBException e) {
      throw new StorageFailure(String.valueOf(e.getMessage()), e);
    }
  }

  /** Forces everything written to stable storage; memory has none. */
  public void sync() throws StorageFailure {
    if (inMemory) {
      return;
    }
    try {
      db.flushWal(true);
    } catch (RocksDBException e) {
      throw new StorageFailure(String.valueOf(e.getMessage()), e);
    }
  }

  // ---- For maintenance.

  /**
   * Makes a directory that holds this very state: sorted files by hard links where the file system
   * allows, copies elsewhere. Writing goes on meanwhile; what was written before this was called is
   * in it.
   *
   * @param target must not be there
   */
  public void checkpoint(Path target) throws StorageFailure {
    try (Checkpoint checkpoint = Checkpoint.create(db)) {
      checkpoint.createCheckpoint(target.toString());
    } catch (RocksDBException e) {
      throw new StorageFailure(String.valueOf(e.getMessage()), e);
    }
  }

  /** Rewrites all sorted files, so that what was overwritten gives its space back. */
  public void compact() throws StorageFailure {
    try (CompactRangeOptions options =
        new CompactRangeOptions()
            .setExclusiveManualCompaction(false)
            .setBottommostLevelCompaction(
                CompactRangeOptions.BottommostLevelCompaction.kForceOptimized)) {
      for (ColumnFamilyHandle family : families) {
        db.compactRange(family, null, null, options);
      }
    } catch (RocksDBException e) {
      throw new StorageFailure(String.valueOf(e.getMessage()), e);
    }
  }

  /** Writes what is in memory to sorted files, and begins a new write-ahead log. */
  public void flush() throws StorageFailure {
    try (FlushOptions options = new FlushOptions().setWaitForFlush(true)) {
      db.flush(options, List.of(families));
    } catch (RocksDBException e) {
      throw new StorageFailure(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Rewrites every sorted file that may hold keys of a range, down to the last level, so that
   * nothing deleted or overwritten is left in one. Others wait meanwhile that rewrite files, nobody
   * who reads or writes.
   *
   * @param from the first key, or null for all
   * @param to behind the last key, or null for all
   */
  public void rewrite(ColumnFamily family, byte @Nullable [] from, byte @Nullable [] to)
      throws StorageFailure {
    try (CompactRangeOptions options =
        new CompactRangeOptions()
            .setExclusiveManualCompaction(true)
            .setBottommostLevelCompaction(CompactRangeOptions.BottommostLevelCompaction.kForce)) {
      db.compactRange(families[family.id()], from, to, options);
    } catch (RocksDBException e) {
      throw new StorageFailure(String.valueOf(e.getMessage()), e);
    }
  }

  /** Deletes every file that nobody needs any more, as soon as nobody reads it. */
  public void deleteObsoleteFiles() throws StorageFailure {
    try {
      // Switching deletions on looks through the directory; nothing else does before long.
      db.disableFileDeletions();
      db.enableFileDeletions();
    } catch (RocksDBException e) {
      throw new StorageFailure(String.valueOf(e.getMessage()), e);
    }
  }

  /** The names of the sorted files in use. */
  public List<String> tableFiles() {
    return db.getLiveFilesMetaData().stream()
        .map(file -> file.fileName().replaceFirst("^/+", ""))
        .sorted()
        .toList();
  }

  /** Bytes of sorted files in use. */
  public long tableBytes() {
    return db.getLiveFilesMetaData().stream().mapToLong(SstFileMetaData::size).sum();
  }

  /** Sizes and estimates. */
  public EngineStatistics statistics() {
    try {
      long storageBytes = 0;
      long memoryBytes = cache.getUsage();
      for (ColumnFamilyHandle family : families) {
        storageBytes += db.getLongProperty(family, "rocksdb.total-sst-files-size");
        memoryBytes +=
            db.getLongProperty(family, "rocksdb.size-all-mem-tables")
                + db.getLongProperty(family, "rocksdb.estimate-table-readers-mem");
      }
      return new EngineStatistics(
          db.getLongProperty(families[ColumnFamily.HEAD.id()], "rocksdb.estimate-num-keys"),
          storageBytes,
          memoryBytes);
    } catch (RocksDBException e) {
      throw RocksCursor.readFailure(ColumnFamily.HEAD, e);
    }
  }

  /** Sizes and estimates of an engine. */
  public record EngineStatistics(long recordsEstimate, long storageBytes, long memoryBytes) {}

  @Override
  public void close() {
    for (ColumnFamilyHandle family : families) {
      family.close();
    }
    db.close();
    closeAll(owned);
  }

  private <T extends RocksObject> T own(T object) {
    return track(owned, object);
  }

  private static <T extends RocksObject> T track(List<RocksObject> owned, T object) {
    owned.add(object);
    return object;
  }

  private static void closeAll(List<RocksObject> owned) {
    for (int i = owned.size() - 1; i >= 0; i--) {
      owned.get(i).close();
    }
  }
}
