package dev.nacre.store.rocks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/** A real RocksDB with commit rows as the store writes them: groups, one synced write each. */
final class LogTestStore implements AutoCloseable {
  static final int COMMIT = 2;

  /** So that no file comes or goes while a copy is taken. Lives as long as the JVM. */
  private static final ColumnFamilyOptions NO_COMPACTION = noCompaction();

  private static ColumnFamilyOptions noCompaction() {
    RocksDB.loadLibrary();
    return new ColumnFamilyOptions().setDisableAutoCompactions(true);
  }

  private final Path directory;
  private final DBOptions options;
  private final RocksDB db;
  private final List<ColumnFamilyHandle> handles = new ArrayList<>();
  private final WriteOptions sync = new WriteOptions().setSync(true);
  private final Random random;
  private long version;
  private long durable;

  private LogTestStore(Path directory, long seed) throws RocksDBException {
    this.directory = directory;
    random = new Random(seed);
    options =
        new DBOptions()
            .setCreateIfMissing(true)
            .setCreateMissingColumnFamilies(true)
            .setWalRecoveryMode(WALRecoveryMode.PointInTimeRecovery);
    db = RocksDB.open(options, directory.toString(), families(), handles);
    if (handles.get(COMMIT).getID() != COMMIT) {
      throw new AssertionError("column family ids are not in order of creation");
    }
  }

  static LogTestStore create(Path directory, long seed) throws RocksDBException, IOException {
    Files.createDirectories(directory);
    return new LogTestStore(directory, seed);
  }

  private static List<ColumnFamilyDescriptor> families() {
    List<ColumnFamilyDescriptor> families = new ArrayList<>();
    for (String name : List.of("default", "head", "commit", "log")) {
      families.add(
          new ColumnFamilyDescriptor(name.getBytes(StandardCharsets.UTF_8), NO_COMPACTION));
    }
    return families;
  }

  long version() {
    return version;
  }

  /** Writes a group of commits, each with that many bytes of data, as one synced write. */
  void group(int commits, int bytes) throws RocksDBException {
    try (WriteBatch batch = new WriteBatch()) {
      for (int i = 0; i < commits; i++) {
        version++;
        byte[] value = new byte[bytes];
        random.nextBytes(value);
        byte[] key = ("key" + random.nextInt(50)).getBytes(StandardCharsets.UTF_8);
        batch.put(handles.get(1), key, value);
        batch.delete(handles.get(1), key);
        batch.singleDelete(handles.get(1), new byte[] {1});
        batch.deleteRange(handles.get(3), new byte[] {1}, new byte[] {2});
        batch.put(handles.get(0), new byte[] {3}, new byte[] {4});
        batch.putLogData(new byte[] {5, 6});
        batch.put(
            handles.get(COMMIT),
            ByteBuffer.allocate(8).putLong(version).array(),
            ByteBuffer.allocate(16 + i % 3).putLong(1000 + version).putLong(durable).array());
      }
      db.write(sync, batch);
    }
    durable = version;
  }

  /** Puts another row in the place of an earlier commit's, as a purge does. */
  void replace(long earlier) throws RocksDBException {
    byte[] key = ByteBuffer.allocate(8).putLong(earlier).array();
    try (WriteBatch batch = new WriteBatch()) {
      batch.delete(handles.get(COMMIT), key);
      batch.put(
          handles.get(COMMIT),
          key,
          ByteBuffer.allocate(16).putLong(1000 + earlier).putLong(earlier - 1).array());
      db.write(sync, batch);
    }
  }

  /** A commit that is written without fsync: nothing says that it is durable. */
  void unsyncedCommit() throws RocksDBException {
    version++;
    try (WriteBatch batch = new WriteBatch();
        WriteOptions unsynced = new WriteOptions()) {
      batch.put(
          handles.get(COMMIT),
          ByteBuffer.allocate(8).putLong(version).array(),
          ByteBuffer.allocate(16).putLong(1000 + version).putLong(durable).array());
      db.write(unsynced, batch);
    }
  }

  /** An entry that is of no commit, as a sweep notes one, without fsync. */
  void unsyncedNote() throws RocksDBException {
    try (WriteOptions unsynced = new WriteOptions()) {
      db.put(handles.get(0), unsynced, new byte[] {7}, new byte[] {8});
    }
  }

  /** Begins a new log file; the older ones stay, because the other families are not flushed. */
  void newLogFile() throws RocksDBException {
    try (FlushOptions flush = new FlushOptions().setWaitForFlush(true);
        WriteOptions unsynced = new WriteOptions()) {
      db.put(handles.get(3), unsynced, new byte[] {9}, new byte[] {9});
      db.flush(flush, handles.get(3));
    }
  }

  /** Flushes every family: the log files before are obsolete. */
  void flushAll() throws RocksDBException {
    try (FlushOptions flush = new FlushOptions().setWaitForFlush(true)) {
      db.flush(flush, handles);
    }
  }

  /** Copies the directory as a crash at this moment would leave it. */
  Path crash(Path target) throws IOException, RocksDBException {
    db.disableFileDeletions();
    try {
      copy(directory, target);
    } finally {
      db.enableFileDeletions();
    }
    return target;
  }

  @Override
  public void close() {
    handles.forEach(ColumnFamilyHandle::close);
    db.close();
    sync.close();
    options.close();
  }

  static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(from)) {
      for (Path file : files) {
        if (!file.getFileName().toString().equals("LOCK")) {
          Files.copy(file, to.resolve(file.getFileName().toString()));
        }
      }
    }
  }

  static void delete(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }

  /** The log files, oldest first. */
  static List<Path> logFiles(Path directory) throws IOException {
    List<Path> logs = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.log")) {
      files.forEach(logs::add);
    }
    logs.sort(null);
    return logs;
  }

  /** The versions that RocksDB recovers, by opening a copy of the directory. */
  static List<Long> recovered(Path directory, Path scratch) throws IOException, RocksDBException {
    delete(scratch);
    copy(directory, scratch);
    List<Long> versions = new ArrayList<>();
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    try (DBOptions options =
            new DBOptions().setWalRecoveryMode(WALRecoveryMode.PointInTimeRecovery);
        RocksDB db = RocksDB.open(options, scratch.toString(), families(), handles)) {
      try (RocksIterator rows = db.newIterator(handles.get(COMMIT))) {
        for (rows.seekToFirst(); rows.isValid(); rows.next()) {
          versions.add(ByteBuffer.wrap(rows.key()).getLong());
        }
        rows.status();
      }
      handles.forEach(ColumnFamilyHandle::close);
    }
    delete(scratch);
    return versions;
  }
}
