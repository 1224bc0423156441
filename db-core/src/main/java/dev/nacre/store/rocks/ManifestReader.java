package dev.nacre.store.rocks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds in RocksDB's manifest which log files still count. Older ones are flushed; they may linger
 * after a crash, some deleted and some not, and say nothing about what is missing.
 *
 * <p>The manifest is a log file whose records are version edits: tag varint32, then fields that
 * depend on the tag.
 */
final class ManifestReader implements LogFileReader.Visitor {
  private static final int LOG_NUMBER = 2;
  private static final int LAST_SEQUENCE = 4;
  private static final int MIN_LOG_NUMBER_TO_KEEP = 10;
  private static final int NEW_FILE = 7;
  private static final int NEW_FILE_2 = 100;
  private static final int NEW_FILE_3 = 102;
  private static final int NEW_FILE_4 = 103;
  private static final int IGNORABLE = 1 << 13;
  private static final int FILE_FIELDS_END = 1;
  private static final int FILE_MIN_LOG_NUMBER_TO_KEEP = 3;

  private final Map<Integer, Long> logNumbers = new HashMap<>();
  private final SortedMap<Long, ManifestFile> files = new TreeMap<>();
  private long minLogNumberToKeep;
  private long lastSequence = -1;
  private boolean whole = true;

  private ManifestReader() {}

  /**
   * The number of the oldest log file that RocksDB will read; 0 when there is no readable manifest,
   * which RocksDB itself refuses to open.
   */
  static long oldestLogNumber(Path storeDirectory) throws IOException {
    return needed(storeDirectory).oldestNumber();
  }

  /**
   * What of the log RocksDB will read.
   *
   * @param oldestNumber the number of the oldest file; 0 when there is no readable manifest
   * @param newestFirst the highest sequence number that its first entry can have; -1 when that is
   *     not known. The manifest has the highest number of any entry in sorted files, and of what
   *     lies in front of the oldest file the newest entry is in one: no flush drops it, as long as
   *     there are puts, deletes and range deletes only
   */
  record NeededLog(long oldestNumber, long newestFirst) {}

  static NeededLog needed(Path storeDirectory) throws IOException {
    ManifestReader reader = read(storeDirectory);
    if (reader == null) {
      return new NeededLog(0, -1);
    }
    long oldest = reader.logNumbers.values().stream().mapToLong(Long::longValue).min().orElse(0);
    return new NeededLog(
        Math.max(oldest, reader.minLogNumberToKeep),
        reader.whole && reader.lastSequence >= 0 ? reader.lastSequence + 1 : -1);
  }

  /** The sorted files that count, by number; null when the manifest is not there or damaged. */
  static @Nullable SortedMap<Long, ManifestFile> files(Path storeDirectory) throws IOException {
    ManifestReader reader = read(storeDirectory);
    return reader == null || !reader.whole ? null : reader.files;
  }

  private static @Nullable ManifestReader read(Path storeDirectory) throws IOException {
    Path current = storeDirectory.resolve("CURRENT");
    if (!Files.isRegularFile(current)) {
      return null;
    }
    String name = new String(Files.readAllBytes(current), StandardCharsets.ISO_8859_1).strip();
    if (!name.matches("MANIFEST-\\d{1,18}")) {
      return null;
    }
    Path manifest = storeDirectory.resolve(name);
    if (!Files.isRegularFile(manifest)) {
      return null;
    }
    ManifestReader reader = new ManifestReader();
    try (LogBytes bytes = new LogBytes(manifest)) {
      new LogFileReader(name, Long.parseLong(name.substring(9)), bytes, reader).read();
    }
    return reader;
  }

  @Override
  public void record(long offset, LogRecord record, boolean readable) {
    if (!readable) {
      return;
    }
    try {
      edit(record);
    } catch (MalformedRecordException e) {
      // RocksDB judges its manifest when it opens; what was learnt so far errs on the safe side:
      // log files that no longer count are read as well.
      whole = false;
    }
  }

  @Override
  public void damage(long offset, String what, boolean noticed) {
    // As above: RocksDB refuses or cuts the manifest itself.
    whole = false;
  }

  private void edit(LogRecord record) throws MalformedRecordException {
    int columnFamily = 0;
    long logNumber = -1;
    boolean added = false;
    boolean dropped = false;
    List<ManifestFile> newFiles = new ArrayList<>();
    while (record.remaining() > 0) {
      int tag = record.varint32();
      switch (tag) {
        case LOG_NUMBER -> logNumber = record.varint64();
        case MIN_LOG_NUMBER_TO_KEEP -> keepFrom(record.varint64());
        case LAST_SEQUENCE -> lastSequence = Math.max(lastSequence, record.varint64());
        // Next file, previous log.
        case 3, 9 -> record.skipVarint();
        // Comparator.
        case 1 -> record.skipPrefixed();
        // Compaction cursor: level, key.
        case 5 -> {
          record.skipVarint();
          record.skipPrefixed();
        }
        // Deleted file: level, number.
        case 6 -> {
          record.skipVarint();
          var _ = files.remove(record.varint64());
        }
        case NEW_FILE, NEW_FILE_2, NEW_FILE_3, NEW_FILE_4 -> newFiles.add(newFile(tag, record));
        case 200 -> columnFamily = record.varint32();
        case 201 -> {
          record.skipPrefixed();
          added = true;
        }
        case 202 -> dropped = true;
        // Largest column family; place in an atomic group.
        case 203, 300 -> record.skipVarint();
        default -> {
          if ((tag & IGNORABLE) == 0) {
            throw new MalformedRecordException("unknown version edit " + tag);
          }
          record.skipPrefixed();
        }
      }
    }
    for (ManifestFile file : newFiles) {
      // Which column family an edit is about comes behind its files.
      files.put(file.number(), file.of(columnFamily));
    }
    if (dropped) {
      logNumbers.remove(columnFamily);
    } else if (logNumber >= 0) {
      logNumbers.merge(columnFamily, logNumber, Math::max);
    } else if (added || columnFamily == 0) {
      logNumbers.putIfAbsent(columnFamily, 0L);
    }
  }

  private ManifestFile newFile(int tag, LogRecord record) throws MalformedRecordException {
    record.skipVarint();
    long number = record.varint64();
    if (tag == NEW_FILE_3) {
      record.skipVarint();
    }
    record.skipVarint();
    byte[] smallest = record.prefixed();
    ManifestFile file = ManifestFile.of(number, smallest, record.prefixed());
    if (tag == NEW_FILE) {
      return file;
    }
    record.skipVarint();
    record.skipVarint();
    if (tag != NEW_FILE_4) {
      return file;
    }
    for (int field = record.varint32(); field != FILE_FIELDS_END; field = record.varint32()) {
      if (field == FILE_MIN_LOG_NUMBER_TO_KEEP) {
        int width = record.varint32();
        keepFrom(record.littleEndian(width));
      } else {
        record.skipPrefixed();
      }
    }
    return file;
  }

  private void keepFrom(long number) {
    minLogNumberToKeep = Math.max(minLogNumberToKeep, number);
  }
}
