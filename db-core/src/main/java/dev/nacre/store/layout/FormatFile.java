package dev.nacre.store.layout;

import dev.nacre.error.CorruptionException;
import dev.nacre.error.FormatException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * The file {@code FORMAT}: what kind of directory this is.
 *
 * <pre>
 * nacre-format 1
 * id 0f8fad5b-d9cb-469f-a165-70867728950e
 * crc32c 1a2b3c4d
 * </pre>
 *
 * Lines end in one line feed. The checksum covers the bytes of the lines before it. A later format
 * keeps the first line and the place of the checksum, at the end, and may add lines between.
 *
 * @param databaseId made when the directory was
 */
record FormatFile(UUID databaseId) {
  /** The format of this release. */
  static final int VERSION = 1;

  static final int BYTES_MAX = 4096;

  private static final String MAGIC = "nacre-format ";
  private static final Pattern TEXT =
      Pattern.compile(
          "(nacre-format (\\d{1,9})\n(?:[ -~]+\n)*?)crc32c ([0-9a-f]{8})\n", Pattern.DOTALL);
  private static final Pattern VERSION_1 =
      Pattern.compile(
          "nacre-format 1\nid"
              + " ([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\n");

  byte[] encode() {
    String lines = MAGIC + VERSION + "\nid " + databaseId + "\n";
    return (lines + "crc32c " + checksum(lines) + "\n").getBytes(StandardCharsets.ISO_8859_1);
  }

  /**
   * Reads the file.
   *
   * @throws FormatException when it is of a newer format
   * @throws CorruptionException when it is damaged
   */
  static FormatFile parse(Path file, byte[] bytes) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    Matcher whole = TEXT.matcher(text);
    if (!whole.matches() || !checksum(whole.group(1)).equals(whole.group(3))) {
      throw damaged(file);
    }
    int version = Integer.parseInt(whole.group(2));
    if (version > VERSION) {
      throw new FormatException(
          "the directory "
              + file.getParent()
              + " has format "
              + version
              + ", this release of Nacre reads format "
              + VERSION
              + " and older; nothing was changed. Upgrade Nacre to open it",
          Map.of(
              "directory", String.valueOf(file.getParent()),
              "format", Integer.toString(version),
              "supportedFormat", Integer.toString(VERSION)));
    }
    Matcher fields = VERSION_1.matcher(whole.group(1));
    if (!fields.matches()) {
      throw damaged(file);
    }
    return new FormatFile(UUID.fromString(fields.group(1)));
  }

  private static CorruptionException damaged(Path file) {
    return new CorruptionException(
        "the file "
            + file
            + " is damaged: its text or checksum is not what Nacre writes; nothing was changed."
            + " Restore the file or the directory from a backup",
        Map.of("file", file.toString()));
  }

  private static String checksum(String lines) {
    CRC32C crc = new CRC32C();
    crc.update(lines.getBytes(StandardCharsets.ISO_8859_1));
    return String.format(Locale.ROOT, "%08x", crc.getValue());
  }
}
