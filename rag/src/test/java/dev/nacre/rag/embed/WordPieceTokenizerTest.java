package dev.nacre.rag.embed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What the tokenizer makes of texts, by hand, in a vocabulary of a few pieces. */
class WordPieceTokenizerTest {
  private static final String VOCABULARY =
      """
      {"model": {"vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "wing": 3, "##s": 4, "wind": 5,
      ",": 6, "a": 7, "##b": 8, "##bc": 9, "cafe": 10, "中": 11, "[": 12, "]": 13, "sep": 14}}}
      """;

  private static long[] encode(String text) throws IOException {
    return encode(text, 128);
  }

  private static long[] encode(String text, int max) throws IOException {
    return WordPieceTokenizer.read(stream(VOCABULARY)).encode(text, max);
  }

  private static InputStream stream(String json) {
    return new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void encode_word_longestPiecesFromTheLeft() throws IOException {
    assertArrayEquals(new long[] {1, 3, 4, 2}, encode("wings"));
    assertArrayEquals(new long[] {1, 7, 9, 2}, encode("abc"));
  }

  @Test
  void encode_wordThatIsNotEatenUp_oneUnknown() throws IOException {
    assertArrayEquals(new long[] {1, 0, 5, 2}, encode("wingx wind"));
  }

  @Test
  void encode_wordOfMoreThanHundredCharacters_oneUnknown() throws IOException {
    assertArrayEquals(new long[] {1, 0, 2}, encode("a" + "b".repeat(100)));
    assertEquals(102, encode("a" + "b".repeat(99)).length);
  }

  @Test
  void encode_caseAndAccents_dropped() throws IOException {
    assertArrayEquals(new long[] {1, 10, 10, 10, 2}, encode("Café CAFE\u0301 cafe"));
  }

  @Test
  void encode_punctuationAndChinese_wordsOfTheirOwn() throws IOException {
    assertArrayEquals(new long[] {1, 3, 6, 6, 11, 11, 5, 2}, encode("wing,,中中wind"));
  }

  @Test
  void encode_controlCharacters_vanish() throws IOException {
    assertArrayEquals(new long[] {1, 3, 2}, encode("wi\u0000n\u200Bg\uFFFD"));
    assertArrayEquals(new long[] {1, 2}, encode("\u0000\u0007 \u200B"));
  }

  @Test
  void encode_loneSurrogate_vanishes() throws IOException {
    assertArrayEquals(new long[] {1, 3, 2}, encode("wing\uD800"));
  }

  @Test
  void encode_markOfTheModelInTheText_isPlainText() throws IOException {
    assertArrayEquals(new long[] {1, 12, 14, 13, 2}, encode("[SEP]"));
  }

  @Test
  void encode_moreThanMax_firstPiecesAndBothMarks() throws IOException {
    assertArrayEquals(new long[] {1, 3, 4, 3, 2}, encode("wings wings wings", 5));
  }

  @Test
  void encode_unknownWordAcrossMax_isUnknownAndNotItsFirstPieces() throws IOException {
    assertArrayEquals(new long[] {1, 3, 0, 2}, encode("wing wingbbbbx wind", 4));
  }

  @Test
  void encode_hugeText_stopsEarly() throws IOException {
    String huge = "wing ".repeat(10_000_000);
    long start = System.nanoTime();
    assertEquals(128, encode(huge).length);
    assertTrue(System.nanoTime() - start < 2_000_000_000L, "read it all");
  }

  @Test
  void read_noVocabularyOrNoMarks_refused() {
    assertThrows(IOException.class, () -> WordPieceTokenizer.read(stream("{\"model\": {}}")));
    assertThrows(
        IOException.class,
        () -> WordPieceTokenizer.read(stream("{\"model\": {\"vocab\": {\"wing\": 1}}}")));
  }
}
