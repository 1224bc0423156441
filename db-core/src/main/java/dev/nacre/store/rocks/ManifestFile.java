package dev.nacre.store.rocks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * A sorted file that RocksDB's manifest names.
 *
 * @param number its number, which is its name
 * @param family the column family it belongs to, or null when it is none of a store's
 * @param smallest the first key in it
 * @param largest the last key in it
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record ManifestFile(
    long number, @Nullable ColumnFamily family, byte[] smallest, byte[] largest) {
  /** Behind each key of RocksDB's own: sequence number and type. */
  private static final int TRAILER = 8;

  static ManifestFile of(long number, byte[] smallest, byte[] largest)
      throws MalformedRecordException {
    if (smallest.length < TRAILER || largest.length < TRAILER) {
      throw new MalformedRecordException("a file's first or last key is too short");
    }
    return new ManifestFile(
        number,
        null,
        Arrays.copyOf(smallest, smallest.length - TRAILER),
        Arrays.copyOf(largest, largest.length - TRAILER));
  }

  ManifestFile of(int columnFamily) {
    return new ManifestFile(number, family(columnFamily), smallest, largest);
  }

  static @Nullable ColumnFamily family(long id) {
    for (ColumnFamily family : ColumnFamily.values()) {
      if (family.id() == id) {
        return family;
      }
    }
    return null;
  }

  /** Its name in the store's directory. */
  public String name() {
    return String.format(Locale.ROOT, "%06d.sst", number);
  }

  /**
   * The files that count, by the manifest; empty when it is not there or damaged. Nothing is
   * written.
   */
  public static Optional<Collection<ManifestFile>> all(Path storeDirectory) throws IOException {
    SortedMap<Long, ManifestFile> files = ManifestReader.files(storeDirectory);
    return files == null ? Optional.empty() : Optional.of(List.copyOf(files.values()));
  }

  /**
   * Whether a sorted file of a column family holds a key at or behind this one, by the manifest;
   * also true when that is not there or damaged, of which RocksDB says more. Nothing is written.
   */
  public static boolean reaches(Path storeDirectory, ColumnFamily family, byte[] key)
      throws IOException {
    return all(storeDirectory)
        .map(
            files ->
                files.stream()
                    .filter(file -> file.family == family)
                    .anyMatch(file -> Arrays.compareUnsigned(file.largest, key) >= 0))
        .orElse(true);
  }
}
