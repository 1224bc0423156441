package dev.nacre.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nacre.error.SerializationException;
import dev.nacre.error.ValidationException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/**
 * What a record holds: a JSON document, or bytes with a media type. Immutable.
 *
 * <p>JSON is kept as the UTF-8 text it was written with and parsed only when asked: it reads back
 * byte for byte.
 */
public sealed interface Value {

  /** Media type of plain text. */
  String TEXT = "text/plain; charset=utf-8";

  /**
   * A JSON document from its text.
   *
   * @throws SerializationException when the text is not one strict JSON document: NaN, infinities,
   *     integers beyond 64 bits, numbers beyond a double, duplicate keys, comments, trailing text,
   *     more than 512 levels and halves of surrogate pairs (also escaped) are refused, with the
   *     place
   */
  static Json json(String text) {
    return new Json(StrictJson.checked(text), 0);
  }

  /**
   * A JSON document from maps with string keys, lists, strings, booleans, null, integers up to 64
   * bits, finite floats and doubles, a {@link JsonNode}, or a bean or record that Jackson can
   * write.
   *
   * @throws SerializationException as {@link #json(String)} does, and when a map key, at any depth,
   *     is not a string, or {@code tree} is a byte array
   */
  static Json json(Object tree) {
    return new Json(StrictJson.write(tree), 0);
  }

  /** Bytes with a media type such as {@code image/png}. The array is copied. */
  static Bytes bytes(byte[] bytes, String mediaType) {
    return new Bytes(bytes.clone(), 0, mediaType);
  }

  /**
   * Plain text: bytes of UTF-8 under the media type {@link #TEXT}.
   *
   * @throws ValidationException when it holds half of a surrogate pair, which UTF-8 cannot
   */
  static Bytes text(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    if (!Texts.isSame(text, utf8)) {
      Texts.check(text, "text value");
    }
    return new Bytes(utf8, 0, TEXT);
  }

  private static int hash(byte[] row, int start) {
    int hash = 1;
    for (int i = start; i < row.length; i++) {
      hash = 31 * hash + row[i];
    }
    return hash;
  }

  /** The number of bytes. */
  int length();

  /** A copy of the bytes; UTF-8 text for JSON. */
  byte[] toByteArray();

  /** Copies the bytes into {@code target} from {@code offset} on. */
  void copyTo(byte[] target, int offset);

  /** The bytes as UTF-8 text. */
  String asString();

  /** A JSON document. */
  final class Json implements Value {
    private final byte[] row;
    private final int start;

    /** The document is {@code row} from {@code start} on: a row that was read is not copied. */
    private Json(byte[] row, int start) {
      this.row = row;
      this.start = start;
    }

    /**
     * A document that was checked when it was written: for the store. Takes ownership.
     *
     * @param row ends with its UTF-8 bytes
     * @param start where they start
     */
    public static Json ofStored(byte[] row, int start) {
      return new Json(row, start);
    }

    @Override
    public int length() {
      return row.length - start;
    }

    @Override
    public byte[] toByteArray() {
      return Arrays.copyOfRange(row, start, row.length);
    }

    @Override
    public void copyTo(byte[] target, int offset) {
      System.arraycopy(row, start, target, offset, length());
    }

    @Override
    public String asString() {
      return new String(row, start, length(), StandardCharsets.UTF_8);
    }

    /** The document as a tree, parsed at each call. */
    public JsonNode asTree() {
      return StrictJson.tree(row, start);
    }

    /** Has a reader read the document, token by token. */
    void read(StrictJson.TokenReader reader) {
      StrictJson.read(row, start, reader);
    }

    /**
     * The document as an instance of {@code type}.
     *
     * @throws SerializationException when it does not fit
     */
    public <T> T as(Class<T> type) {
      return StrictJson.as(row, start, type);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Json that
          && Arrays.equals(row, start, row.length, that.row, that.start, that.row.length);
    }

    @Override
    public int hashCode() {
      return hash(row, start);
    }

    @Override
    public String toString() {
      return asString();
    }
  }

  /** Bytes with a media type. */
  final class Bytes implements Value {
    private final byte[] row;
    private final int start;
    private final String mediaType;

    /** The bytes are {@code row} from {@code start} on. */
    private Bytes(byte[] row, int start, String mediaType) {
      if (mediaType.isEmpty() || mediaType.length() > 128) {
        throw new ValidationException(
            "media type has " + mediaType.length() + " characters; 1 to 128 are allowed",
            Map.of("mediaType", mediaType));
      }
      Texts.check(mediaType, "media type");
      this.row = row;
      this.start = start;
      this.mediaType = mediaType;
    }

    /**
     * Bytes read from the store. Takes ownership.
     *
     * @param row ends with them
     * @param start where they start
     */
    public static Bytes ofStored(byte[] row, int start, String mediaType) {
      return new Bytes(row, start, mediaType);
    }

    /** The media type. */
    public String mediaType() {
      return mediaType;
    }

    @Override
    public int length() {
      return row.length - start;
    }

    @Override
    public byte[] toByteArray() {
      return Arrays.copyOfRange(row, start, row.length);
    }

    @Override
    public void copyTo(byte[] target, int offset) {
      System.arraycopy(row, start, target, offset, length());
    }

    @Override
    public String asString() {
      return new String(row, start, length(), StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Bytes that
          && mediaType.equals(that.mediaType)
          && Arrays.equals(row, start, row.length, that.row, that.start, that.row.length);
    }

    @Override
    public int hashCode() {
      return 31 * mediaType.hashCode() + hash(row, start);
    }

    @Override
    public String toString() {
      return "Bytes[" + mediaType + ", " + length() + " bytes]";
    }
  }
}
