package dev.nacre.store.rocks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileReader;
import org.rocksdb.SstFileReaderIterator;

/**
 * What can be read of RocksDB's files one by one, damaged or not, without its manifest: every row
 * whose checksum is right. Marks of deletion are not rows. Nothing is written. Stateless.
 */
public final class ReadableRows {
  static {
    RocksDB.loadLibrary();
  }

  private ReadableRows() {}

  /** Takes rows. */
  public interface Sink {
    /** Takes one. */
    void row(ColumnFamily family, byte[] key, byte[] value);
  }

  /**
   * What is wrong with a file.
   *
   * @param what what was found
   * @param family the column family of the rows that are missing, or null when it is not known
   * @param after the last key before them, or null: from its beginning
   * @param before the first key behind them, or null: to its end
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  public record Loss(
      String what,
      @Nullable ColumnFamily family,
      byte @Nullable [] after,
      byte @Nullable [] before) {}

  /**
   * Reads a sorted file: from its beginning up to the first damaged block, and from its end back to
   * the last one.
   *
   * @return what is missing, or null
   */
  public static @Nullable Loss sorted(Path file, Sink sink) {
    try (Options options = new Options();
        SstFileReader reader = new SstFileReader(options)) {
      ColumnFamily family;
      try {
        reader.open(file.toString());
        family = ManifestFile.family(reader.getTableProperties().getColumnFamilyId());
      } catch (RocksDBException e) {
        return new Loss(String.valueOf(e.getMessage()), null, null, null);
      }
      if (family == null) {
        return new Loss("it belongs to no column family of a store", null, null, null);
      }
      try (ReadOptions read = new ReadOptions().setVerifyChecksums(true).setFillCache(false)) {
        return sorted(reader, read, family, sink);
      }
    }
  }

  private static @Nullable Loss sorted(
      SstFileReader reader, ReadOptions read, ColumnFamily family, Sink sink) {
    byte @Nullable [] after = null;
    String damage;
    try (SstFileReaderIterator rows = reader.newIterator(read)) {
      for (rows.seekToFirst(); rows.isValid(); rows.next()) {
        after = rows.key();
        sink.row(family, after, rows.value());
      }
      rows.status();
      return null;
    } catch (RocksDBException e) {
      damage = String.valueOf(e.getMessage());
    }
    byte @Nullable [] before = null;
    try (SstFileReaderIterator rows = reader.newIterator(read)) {
      rows.seekToLast();
      while (rows.isValid() && (after == null || compare(rows.key(), after) > 0)) {
        before = rows.key();
        sink.row(family, before, rows.value());
        rows.prev();
      }
    }
    return new Loss(damage, family, after, before);
  }

  private static int compare(byte[] left, byte[] right) {
    return Arrays.compareUnsigned(left, right);
  }

  /**
   * Reads a file of the write-ahead log: every batch that is whole, also behind damage.
   *
   * @return what is damaged first, or null
   * @throws IOException when it cannot be read
   */
  public static @Nullable Loss log(Path file, Sink sink) throws IOException {
    String name = String.valueOf(file.getFileName());
    BatchRows rows = new BatchRows(sink);
    try (LogBytes bytes = new LogBytes(file)) {
      long number = Long.parseLong(name.substring(0, name.indexOf('.')));
      new LogFileReader(name, number, bytes, rows).read();
    }
    String damage = rows.damage();
    return damage == null ? null : new Loss(damage, null, null, null);
  }
}
