package dev.nacre.model;

import dev.nacre.error.ValidationException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Checks of text: what cannot be written as UTF-8 would come back as a question mark. */
final class Texts {
  private Texts() {}

  /**
   * Whether a text comes back from its UTF-8: half of a surrogate pair does not. For a long text
   * much faster than looking at every character.
   */
  static boolean isSame(String text, byte[] utf8) {
    return text.equals(new String(utf8, StandardCharsets.UTF_8));
  }

  /** Where half of a surrogate pair stands alone, or −1. */
  static int loneSurrogate(String text) {
    int i = 0;
    while (i < text.length()) {
      char c = text.charAt(i);
      boolean pair =
          Character.isHighSurrogate(c)
              && i + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(i + 1));
      if (Character.isSurrogate(c) && !pair) {
        return i;
      }
      i += pair ? 2 : 1;
    }
    return -1;
  }

  /**
   * Refuses text that is not well-formed.
   *
   * @param what names the text in the message, such as {@code metadata field "title"}
   */
  static void check(String text, String what) {
    int at = loneSurrogate(text);
    if (at >= 0) {
      throw new ValidationException(
          what + " is not well-formed text: half of a surrogate pair at character " + at,
          Map.of("character", Integer.toString(at)));
    }
  }
}
