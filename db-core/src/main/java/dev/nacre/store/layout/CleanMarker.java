package dev.nacre.store.layout;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * The file {@code CLEAN}: the store was closed in order, and this was its last version.
 *
 * <pre>
 * nacre-clean 4711 crc32c 1a2b3c4d
 * </pre>
 *
 * Anything else in the file is no marker: a close that was not clean is always allowed for.
 */
final class CleanMarker {
  static final int BYTES_MAX = 128;

  private static final Pattern TEXT =
      Pattern.compile("nacre-clean (\\d{1,18}) crc32c ([0-9a-f]{8})\n");

  private CleanMarker() {}

  static byte[] encode(long version) {
    String body = "nacre-clean " + version;
    return (body + " crc32c " + checksum(body) + "\n").getBytes(StandardCharsets.ISO_8859_1);
  }

  static OptionalLong parse(byte[] bytes) {
    Matcher text = TEXT.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
    if (!text.matches() || !checksum("nacre-clean " + text.group(1)).equals(text.group(2))) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(Long.parseLong(text.group(1)));
  }

  private static String checksum(String body) {
    CRC32C crc = new CRC32C();
    crc.update(body.getBytes(StandardCharsets.ISO_8859_1));
    return String.format(Locale.ROOT, "%08x", crc.getValue());
  }
}
