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
    return new Json(StrictJson.checked(text));
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
    return new Json(StrictJson.write(tree));
  }

  /** Bytes with a media type such as {@code image/png}. The array is copied. */
  static Bytes bytes(byte[] bytes, String mediaType) {
    return new Bytes(bytes.clone(), mediaType);
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
    return new Bytes(utf8, TEXT);
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
    private final byte[] utf8;

    private Json(byte[] utf8) {
      this.utf8 = utf8;
    }

    /** JSON bytes that were checked when they were written: for the store. Takes ownership. */
    public static Json ofStored(byte[] utf8) {
      return new Json(utf8);
    }

    @Override
    public int length() {
      return utf8.length;
    }

    @Override
    public byte[] toByteArray() {
      return utf8.clone();
    }

    @Override
    public void copyTo(byte[] target, int offset) {
      System.arraycopy(utf8, 0, target, offset, utf8.length);
    }

    @Override
    public String asString() {
      return new String(utf8, StandardCharsets.UTF_8);
    }

    /** The document as a tree, parsed at each call. */
    public JsonNode asTree() {
      return StrictJson.tree(utf8);
    }

    /** Has a reader read the document, token by token. */
    void read(StrictJson.TokenReader reader) {
      StrictJson.read(utf8, reader);
    }

    /**
     * The document as an instance of {@code type}.
     *
     * @throws SerializationException when it does not fit
     */
    public <T> T as(Class<T> type) {
      return StrictJson.as(utf8, type);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Json that && Arrays.equals(utf8, that.utf8);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(utf8);
    }

    @Override
    public String toString() {
      return asString();
    }
  }

  /** Bytes with a media type. */
  final class Bytes implements Value {
    private final byte[] bytes;
    private final String mediaType;

    private Bytes(byte[] bytes, String mediaType) {
      if (mediaType.isEmpty() || mediaType.length() > 128) {
        throw new ValidationException(
            "media type has " + mediaType.length() + " characters; 1 to 128 are allowed",
            Map.of("mediaType", mediaType));
      }
      Texts.check(mediaType, "media type");
      this.bytes = bytes;
      this.mediaType = mediaType;
    }

    /** Bytes read from the store. Takes ownership. */
    public static Bytes ofStored(byte[] bytes, String mediaType) {
      return new Bytes(bytes, mediaType);
    }

    /** The media type. */
    public String mediaType() {
      return mediaType;
    }

    @Override
    public int length() {
      return bytes.length;
    }

    @Override
    public byte[] toByteArray() {
      return bytes.clone();
    }

    @Override
    public void copyTo(byte[] target, int offset) {
      System.arraycopy(bytes, 0, target, offset, bytes.length);
    }

    @Override
    public String asString() {
      return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Bytes that
          && mediaType.equals(that.mediaType)
          && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
      return 31 * mediaType.hashCode() + Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
      return "Bytes[" + mediaType + ", " + bytes.length + " bytes]";
    }
  }
}
