package dev.nacre.bench.data;

import java.nio.charset.StandardCharsets;
import java.util.Random;

/** JSON documents of exactly the same length, made of words, with a fixed seed. */
public final class Documents {
  private static final int WORDS = 2_000;

  private final String[] texts;
  private final byte[][] bytes;

  /** {@code count} documents of {@code length} bytes each, at least 64. */
  public Documents(int count, int length, long seed) {
    Random random = new Random(seed);
    String[] words = new String[WORDS];
    for (int i = 0; i < WORDS; i++) {
      char[] letters = new char[3 + random.nextInt(8)];
      for (int j = 0; j < letters.length; j++) {
        letters[j] = (char) ('a' + random.nextInt(26));
      }
      words[i] = new String(letters);
    }
    texts = new String[count];
    bytes = new byte[count][];
    for (int i = 0; i < count; i++) {
      StringBuilder text = new StringBuilder("{\"number\":" + i + ",\"body\":\"");
      while (text.length() < length - 2) {
        text.append(words[random.nextInt(WORDS)]).append(' ');
      }
      text.setLength(length - 2);
      texts[i] = text.append("\"}").toString();
      bytes[i] = texts[i].getBytes(StandardCharsets.UTF_8);
    }
  }

  /** The text of document {@code i}, counted round and round. */
  public String text(long i) {
    return texts[(int) (i % texts.length)];
  }

  /** Its bytes; not to be written to. */
  public byte[] bytes(long i) {
    return bytes[(int) (i % bytes.length)];
  }
}
