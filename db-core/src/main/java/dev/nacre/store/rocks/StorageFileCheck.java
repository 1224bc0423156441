package dev.nacre.store.rocks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileReader;
import org.rocksdb.SstFileReaderIterator;

/**
 * Reads RocksDB's files one by one, without RocksDB's help in finding them, so that each damaged
 * one is named. Nothing is written. Stateless.
 */
public final class StorageFileCheck {
  static {
    RocksDB.loadLibrary();
  }

  private static final Pattern MANIFEST = Pattern.compile("MANIFEST-\\d{1,18}");

  private StorageFileCheck() {}

  /**
   * Something that is wrong with a file.
   *
   * @param file its name in the store's directory
   * @param what what is wrong, with the offset when it is known
   */
  public record Damage(String file, String what) {}

  /** Reads a sorted file and compares every checksum in it; null when all are right. */
  public static @Nullable Damage table(Path file) {
    try (Options options = new Options();
        SstFileReader reader = new SstFileReader(options)) {
      reader.open(file.toString());
      reader.verifyChecksum();
      return null;
    } catch (RocksDBException e) {
      return new Damage(name(file), String.valueOf(e.getMessage()));
    }
  }

  /**
   * The last key of a sorted file of a column family; null when it is another family's, or cannot
   * be read: a file that was just being written.
   */
  public static byte @Nullable [] lastKey(Path file, ColumnFamily family) {
    LastRow last = lastRow(file, family);
    return last == null ? null : last.key;
  }

  /** The last row of a sorted file. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  public record LastRow(byte[] key, byte[] value) {}

  /** The same with its value. */
  public static @Nullable LastRow lastRow(Path file, ColumnFamily family) {
    try (Options options = new Options();
        SstFileReader reader = new SstFileReader(options)) {
      reader.open(file.toString());
      if (reader.getTableProperties().getColumnFamilyId() != family.id()) {
        return null;
      }
      try (ReadOptions read = new ReadOptions();
          SstFileReaderIterator rows = reader.newIterator(read)) {
        rows.seekToLast();
        return rows.isValid() ? new LastRow(rows.key(), rows.value()) : null;
      }
    } catch (RocksDBException _) {
      return null;
    }
  }

  /**
   * Reads {@code CURRENT} and the manifest it names.
   *
   * @throws NoSuchFileException when the manifest went away meanwhile, as an owner's may
   */
  public static List<Damage> manifest(Path storeDirectory) throws IOException {
    Path current = storeDirectory.resolve("CURRENT");
    if (!Files.isRegularFile(current)) {
      return List.of(new Damage("CURRENT", "it is missing"));
    }
    String text = new String(Files.readAllBytes(current), StandardCharsets.ISO_8859_1);
    String name = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    if (!MANIFEST.matcher(name).matches()) {
      return List.of(new Damage("CURRENT", "it does not name a manifest"));
    }
    Path manifest = storeDirectory.resolve(name);
    if (!Files.isRegularFile(manifest)) {
      return List.of(new Damage("CURRENT", "it names " + name + ", which is missing"));
    }
    List<Damage> found = new ArrayList<>();
    try (LogBytes bytes = new LogBytes(manifest)) {
      new LogFileReader(
              name, Long.parseLong(name.substring(9)), bytes, new DamageCollector(name, found))
          .read();
    }
    return found;
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  private record DamageCollector(String file, List<Damage> found) implements LogFileReader.Visitor {
    @Override
    public void record(long offset, LogRecord record, boolean readable) {
      // Only whether its checksum is right is asked, and it is when it arrives here.
    }

    @Override
    public void damage(long offset, String what, boolean noticed) {
      found.add(new Damage(file, what + " at offset " + offset));
    }
  }
}
