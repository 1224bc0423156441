package dev.nacre.store.layout;

import dev.nacre.error.CorruptionException;
import dev.nacre.error.ValidationException;
import dev.nacre.model.ReadPoint;
import java.util.Base64;
import java.util.Map;

/**
 * Where a page ended, as text that travels: URL-safe base64.
 *
 * <pre>
 *   kind u8 | version u64 | instant i64 micros | lineage text | position to the end
 * </pre>
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record PageCursor(Kind kind, ReadPoint readPoint, byte[] position) {
  /** What is being read. */
  public enum Kind {
    /** A scan; the position is the last key. */
    SCAN('s'),
    /** A history, newest first; the position is the last version. */
    HISTORY('h'),
    /** A history, oldest first; the position is the last version. */
    HISTORY_OLDEST_FIRST('o'),
    /** A diff; the position is that of a {@link DiffPosition}. */
    DIFF('d');

    private final int code;

    Kind(int code) {
      this.code = code;
    }
  }

  private static final int POSITION_BYTES = 8;

  /** A history's position. */
  public static byte[] position(long version) {
    return new ByteWriter(POSITION_BYTES).u64(version).toByteArray();
  }

  /** The version in a history's position. */
  public long positionVersion() {
    return new ByteReader(position, 0).u64();
  }

  /** The text. */
  public String encode() {
    byte[] bytes =
        new ByteWriter(64 + position.length)
            .u8(kind.code)
            .u64(readPoint.version())
            .u64(Micros.of(readPoint.instant()))
            .text(readPoint.lineage())
            .raw(position)
            .toByteArray();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /**
   * The cursor in a text.
   *
   * @throws ValidationException when it is not one, is of another kind, or of another lineage
   */
  public static PageCursor decode(String text, Kind kind, String lineage) {
    try {
      ByteReader reader = new ByteReader(Base64.getUrlDecoder().decode(text), 0);
      if (reader.u8() != kind.code) {
        throw refused(text, "belongs to another kind of read");
      }
      long version = reader.u64();
      long micros = reader.u64();
      String of = reader.text();
      if (!of.equals(lineage)) {
        throw refused(
            text,
            "was made before the database was restored: its versions mean something else now");
      }
      byte[] position = reader.raw(reader.remaining());
      if ((kind == Kind.HISTORY || kind == Kind.HISTORY_OLDEST_FIRST)
          && position.length != POSITION_BYTES) {
        throw refused(text, "is cut off");
      }
      return new PageCursor(kind, new ReadPoint(version, Micros.toInstant(micros), of), position);
    } catch (IllegalArgumentException | CorruptionException e) {
      throw refused(text, "is not one that a page returned");
    }
  }

  private static ValidationException refused(String text, String why) {
    return new ValidationException(
        "the cursor " + why + "; begin again without a cursor", Map.of("cursor", text));
  }
}
