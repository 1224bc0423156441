package dev.nacre.store.layout;

import dev.nacre.error.ValidationException;
import dev.nacre.model.Limits;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Keys and names as text, in UTF-8. */
public final class TextKeys {
  private TextKeys() {}

  /**
   * The bytes of a record key.
   *
   * @throws ValidationException unless it is 1–1024 bytes of well-formed text
   */
  public static byte[] key(String key) {
    byte[] bytes = utf8(key, "key");
    checkLength(bytes.length, Limits.KEY_BYTES_MAX, key, "key");
    return bytes;
  }

  /**
   * Checks the name of a namespace.
   *
   * @throws ValidationException unless it is 1–256 bytes of well-formed text
   */
  public static void checkNamespace(String name) {
    // Three bytes are the most for one char: short names need no encoding.
    if (name.isEmpty() || 3 * name.length() > Limits.NAMESPACE_BYTES_MAX || !isAscii(name)) {
      checkLength(utf8(name, "namespace").length, Limits.NAMESPACE_BYTES_MAX, name, "namespace");
    }
  }

  /** The bytes of the start of a key: any well-formed text. */
  public static byte[] bound(String bound, String what) {
    return utf8(bound, what);
  }

  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) {
        return false;
      }
    }
    return true;
  }

  private static void checkLength(int length, int max, String text, String what) {
    if (length == 0) {
      throw new ValidationException(
          "the " + what + " is empty; 1 to " + max + " bytes of UTF-8 are allowed",
          Map.of(what, ""));
    }
    if (length > max) {
      String start = text.substring(0, Math.min(40, text.length()));
      throw new ValidationException(
          "the "
              + what
              + " \""
              + start
              + "…\" has "
              + length
              + " bytes of UTF-8; 1 to "
              + max
              + " are allowed",
          Map.of(what, start, "bytes", Integer.toString(length)));
    }
  }

  private static byte[] utf8(String text, String what) {
    if (isAscii(text)) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
    try {
      ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      byte[] bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
      return bytes;
    } catch (CharacterCodingException e) {
      throw new ValidationException(
          "the " + what + " is not well-formed text: half of a surrogate pair", Map.of(), e);
    }
  }
}
