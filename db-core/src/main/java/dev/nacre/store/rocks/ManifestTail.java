package dev.nacre.store.rocks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Finds a torn end of RocksDB's manifest, as a power cut leaves it while the manifest is written:
 * some sectors of the last records have reached the disk and some have not.
 *
 * <p>RocksDB opens with a record that is cut off, and refuses one whose checksum is wrong, wherever
 * it is. It forces each record to the disk before it acts on it, so a torn one has had no effect.
 * Nothing is written here. Stateless.
 */
public final class ManifestTail {
  /** One write may have several records, and of it the end may have arrived and the middle not. */
  private static final long WRITE_BYTES_MAX = 4096;

  private ManifestTail() {}

  /**
   * A manifest whose end is damaged.
   *
   * @param file its path
   * @param end up to here it is whole
   */
  public record Torn(Path file, long end) {}

  /**
   * The manifest in use, when its only damage is that of its end: no whole record follows, or only
   * such as may have been written with what is damaged. Null when it is whole, damaged elsewhere,
   * or not there.
   */
  public static @Nullable Torn find(Path storeDirectory) throws IOException {
    Path current = storeDirectory.resolve("CURRENT");
    if (!Files.isRegularFile(current)) {
      return null;
    }
    String name = new String(Files.readAllBytes(current), StandardCharsets.ISO_8859_1).strip();
    // First: zeros, as a power cut leaves them, are no path at all.
    if (!name.matches("MANIFEST-\\d{1,18}")) {
      return null;
    }
    Path manifest = storeDirectory.resolve(name);
    if (!Files.isRegularFile(manifest)) {
      return null;
    }
    Finder finder = new Finder();
    try (LogBytes bytes = new LogBytes(manifest)) {
      new LogFileReader(name, Long.parseLong(name.substring(9)), bytes, finder).read();
    }
    OptionalLong end = finder.end;
    if (end.isEmpty() || finder.records == 0) {
      return null;
    }
    boolean oneWrite = Files.size(manifest) - end.getAsLong() <= WRITE_BYTES_MAX;
    return finder.goesOn && !oneWrite ? null : new Torn(manifest, end.getAsLong());
  }

  private static final class Finder implements LogFileReader.Visitor {
    private OptionalLong end = OptionalLong.empty();
    private boolean goesOn;
    private long records;

    @Override
    public void record(long offset, LogRecord record, boolean readable) {
      records++;
      goesOn |= end.isPresent();
    }

    @Override
    public void damage(long offset, String what, boolean noticed) {
      if (end.isEmpty()) {
        end = OptionalLong.of(offset);
      }
    }
  }
}
