package dev.nacre.vector;

import dev.nacre.error.ValidationException;
import dev.nacre.model.ReadPoint;
import dev.nacre.search.SearchRequest;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Where a page of hits ended, as text that travels: URL-safe base64. It comes back from the caller
 * and is not trusted.
 *
 * <pre>
 *   crc32c of the rest u32 | format u8 | query u64 | version u64 | seconds i64 | nanos u32
 *   | hits so far u32 | score f32 | lineage length u16 | lineage | key to the end
 * </pre>
 *
 * @param query what {@link #of} makes of the search
 * @param readPoint what every page is read at
 * @param seen hits up to here
 * @param score of the last hit
 * @param key of the last hit
 */
record SearchCursor(long query, ReadPoint readPoint, int seen, float score, String key) {
  private static final int FORMAT = 1;
  private static final int FIXED_BYTES = 4 + 1 + 8 + 8 + 8 + 4 + 4 + 4 + 2;

  /** The text. */
  String encode() {
    Instant instant = readPoint.instant();
    byte[] lineage = readPoint.lineage().getBytes(StandardCharsets.UTF_8);
    byte[] keyBytes = key.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(FIXED_BYTES + lineage.length + keyBytes.length);
    bytes
        .putInt(0)
        .put((byte) FORMAT)
        .putLong(query)
        .putLong(readPoint.version())
        .putLong(instant.getEpochSecond())
        .putInt(instant.getNano())
        .putInt(seen)
        .putFloat(score)
        .putShort((short) lineage.length)
        .put(lineage)
        .put(keyBytes)
        .putInt(0, checksum(bytes.array()));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
  }

  /**
   * The cursor in the text of a request.
   *
   * @param arithmetic how scores are added up in this process
   * @throws ValidationException when it is not one, is of another search, or has come to the end of
   *     what can be paged through
   */
  static SearchCursor decode(String text, SearchRequest request, String arithmetic) {
    SearchCursor cursor;
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
      if (bytes.getInt() != checksum(bytes.array()) || bytes.get() != FORMAT) {
        throw refused(text, "is not one that a search returned");
      }
      long query = bytes.getLong();
      long version = bytes.getLong();
      Instant instant = Instant.ofEpochSecond(bytes.getLong(), bytes.getInt());
      int seen = bytes.getInt();
      float score = bytes.getFloat();
      byte[] lineage = new byte[Short.toUnsignedInt(bytes.getShort())];
      bytes.get(lineage);
      byte[] key = new byte[bytes.remaining()];
      bytes.get(key);
      ReadPoint at = new ReadPoint(version, instant, new String(lineage, StandardCharsets.UTF_8));
      cursor = new SearchCursor(query, at, seen, score, new String(key, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException | BufferUnderflowException | DateTimeException | ArithmeticException e) {
      throw refused(text, "is not one that a search returned");
    }
    if (cursor.query != of(request, arithmetic)) {
      throw refused(
          text,
          "is of another search, or of a machine that adds scores up in another order:"
              + " only k and the moment may differ");
    }
    if (cursor.seen < 1 || cursor.seen > SearchRequest.K_MAX) {
      throw refused(text, "is not one that a search returned");
    }
    if (cursor.seen == SearchRequest.K_MAX) {
      throw new ValidationException(
          "a search pages through at most "
              + SearchRequest.K_MAX
              + " hits; narrow it by a filter or a least score, or scan",
          Map.of("cursor", text, "hits", Integer.toString(cursor.seen)));
    }
    return cursor;
  }

  /** Whether a hit sorts behind this one. */
  boolean isBefore(float otherScore, String otherKey) {
    int compared = Float.compare(score, otherScore);
    return compared > 0 || (compared == 0 && compareKeys(key, otherKey) < 0);
  }

  /** Keys by their bytes, as everywhere. */
  static int compareKeys(String key1, String key2) {
    return Arrays.compareUnsigned(
        key1.getBytes(StandardCharsets.UTF_8), key2.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * What tells a search from another one: of all that decides which hits come in which order, but
   * for the moment. Scores that are added up in another order differ in their last bits, and pages
   * would repeat hits or skip them. The same in every process.
   */
  static long of(SearchRequest request, String arithmetic) {
    long hash = mix(mix(1, arithmetic), request.namespace());
    hash = mix(hash, request.space());
    hash = mix(hash, request.filter().map(filter -> filter.text()).orElse(""));
    hash = mix(hash, request.minScore().map(String::valueOf).orElse(""));
    for (float component : request.vector().orElseGet(() -> new float[0])) {
      hash = mix(hash, Float.floatToIntBits(component));
    }
    return hash;
  }

  private static long mix(long hash, String text) {
    long mixed = mix(hash, text.length());
    for (int i = 0; i < text.length(); i++) {
      mixed = mix(mixed, text.charAt(i));
    }
    return mixed;
  }

  private static long mix(long hash, int value) {
    long mixed = (hash ^ value) * 0x9E3779B97F4A7C15L;
    return mixed ^ mixed >>> 32;
  }

  private static int checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, Integer.BYTES, Math.max(0, bytes.length - Integer.BYTES));
    return (int) crc.getValue();
  }

  private static ValidationException refused(String text, String why) {
    return new ValidationException(
        "the cursor " + why + "; begin again without a cursor", Map.of("cursor", text));
  }
}
