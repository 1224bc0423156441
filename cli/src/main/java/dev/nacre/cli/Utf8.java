package dev.nacre.cli;

import dev.nacre.error.SerializationException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Text of bytes from outside. Stateless. */
final class Utf8 {
  private Utf8() {}

  /** The text, refused when the bytes are none. */
  static String decode(byte[] bytes, String what) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new SerializationException(
          what + " is not UTF-8; name its kind with --media-type", Map.of(), e);
    }
  }
}
