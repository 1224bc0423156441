package dev.nacre.rag.embed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * BERT's tokenizer for lower-case English: a text becomes words, a word becomes pieces of the
 * vocabulary.
 *
 * <p>Control characters vanish, white space separates words, every punctuation mark and Chinese
 * character is a word; accents and case are dropped. A word is then eaten from the left, the
 * longest piece that the vocabulary has at a time, pieces inside a word being listed with {@code
 * ##} before them; a word that cannot be eaten up, or is longer than 100 characters, is one
 * "unknown". This is what the model was trained with; it agrees piece by piece with the Hugging
 * Face tokenizer (see the parity test), but for literal {@code [SEP]} and the like, which are plain
 * text here: what a user writes is never an instruction to the model.
 *
 * <p>Immutable. Stops reading as soon as it has enough pieces, so a huge text costs no more than a
 * long one.
 */
final class WordPieceTokenizer {
  private static final String UNKNOWN = "[UNK]";
  private static final String CLASSIFY = "[CLS]";
  private static final String SEPARATE = "[SEP]";
  private static final String INSIDE_WORD = "##";
  private static final int WORD_LENGTH_MAX = 100;

  private final Map<String, Integer> vocabulary;
  private final int unknown;
  private final int classify;
  private final int separate;

  private WordPieceTokenizer(Map<String, Integer> vocabulary) throws IOException {
    this.vocabulary = vocabulary;
    this.unknown = idOf(vocabulary, UNKNOWN);
    this.classify = idOf(vocabulary, CLASSIFY);
    this.separate = idOf(vocabulary, SEPARATE);
  }

  /**
   * Reads the vocabulary, the object at {@code /model/vocab} of a Hugging Face {@code
   * tokenizer.json}.
   *
   * @throws IOException when the file cannot be read or has no such vocabulary
   */
  static WordPieceTokenizer read(InputStream tokenizerJson) throws IOException {
    JsonNode pieces = new ObjectMapper().readTree(tokenizerJson).at("/model/vocab");
    if (!pieces.isObject()) {
      throw new IOException("the tokenizer file has no object at /model/vocab");
    }
    Map<String, Integer> vocabulary = HashMap.newHashMap(pieces.size());
    pieces.properties().forEach(piece -> vocabulary.put(piece.getKey(), piece.getValue().asInt()));
    return new WordPieceTokenizer(vocabulary);
  }

  private static int idOf(Map<String, Integer> vocabulary, String piece) throws IOException {
    Integer id = vocabulary.get(piece);
    if (id == null) {
      throw new IOException("the vocabulary has no piece " + piece);
    }
    return id;
  }

  /**
   * The ids of the first pieces of {@code text} between the two marks that the model expects: at
   * most {@code max} with them, exactly 2 when the text has no word.
   */
  long[] encode(String text, int max) {
    Pieces pieces = new Pieces(max - 1);
    pieces.add(classify);
    StringBuilder word = new StringBuilder();
    for (int i = 0; i < text.length() && !pieces.full(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      if (isSpace(c)) {
        flush(word, pieces);
      } else if (isChinese(c)) {
        flush(word, pieces);
        word.appendCodePoint(c);
        flush(word, pieces);
      } else if (!isDropped(c)) {
        word.appendCodePoint(c);
      }
    }
    flush(word, pieces);
    return pieces.closedBy(separate);
  }

  /** Folds one run between spaces, splits it at punctuation, and adds its pieces. */
  private void flush(StringBuilder run, Pieces pieces) {
    if (run.isEmpty()) {
      return;
    }
    String folded = fold(run.toString());
    run.setLength(0);
    int start = 0;
    for (int i = 0; i < folded.length() && !pieces.full(); ) {
      int c = folded.codePointAt(i);
      int next = i + Character.charCount(c);
      if (isPunctuation(c)) {
        addWord(folded, start, i, pieces);
        addWord(folded, i, next, pieces);
        start = next;
      }
      i = next;
    }
    addWord(folded, start, folded.length(), pieces);
  }

  private void addWord(String text, int from, int to, Pieces pieces) {
    if (from >= to || pieces.full()) {
      return;
    }
    if (text.codePointCount(from, to) > WORD_LENGTH_MAX) {
      pieces.add(unknown);
      return;
    }
    int mark = pieces.size;
    int start = from;
    while (start < to) {
      int end = to;
      Integer id = null;
      while (end > start) {
        String piece = text.substring(start, end);
        id = vocabulary.get(start == from ? piece : INSIDE_WORD + piece);
        if (id != null) {
          break;
        }
        end = text.offsetByCodePoints(end, -1);
      }
      if (id == null) {
        pieces.size = mark;
        pieces.add(unknown);
        return;
      }
      pieces.add(id);
      start = end;
    }
  }

  private static String fold(String run) {
    boolean ascii = true;
    for (int i = 0; ascii && i < run.length(); i++) {
      ascii = run.charAt(i) < 128;
    }
    if (ascii) {
      return run.toLowerCase(Locale.ROOT);
    }
    String decomposed = Normalizer.normalize(run, Normalizer.Form.NFD);
    StringBuilder folded = new StringBuilder(decomposed.length());
    decomposed
        .codePoints()
        .filter(c -> Character.getType(c) != Character.NON_SPACING_MARK)
        .forEach(
            // One by one: the final sigma, and so on, are not treated by their neighbours.
            c -> folded.append(Character.toString(c).toLowerCase(Locale.ROOT)));
    return folded.toString();
  }

  private static boolean isSpace(int c) {
    return switch (c) {
      case '\t', '\n', '\r', ' ' -> true;
      default -> c > 127 && Character.isSpaceChar(c);
    };
  }

  private static boolean isDropped(int c) {
    // Not what is unassigned: an emoji newer than the JDK's tables is a word that nobody knows.
    return switch (Character.getType(c)) {
      case Character.CONTROL, Character.FORMAT, Character.PRIVATE_USE, Character.SURROGATE -> true;
      default -> c == 0xFFFD;
    };
  }

  private static boolean isPunctuation(int c) {
    if (c < 128) {
      return (c > 32 && c < 48) || (c > 57 && c < 65) || (c > 90 && c < 97) || (c > 122 && c < 127);
    }
    return switch (Character.getType(c)) {
      case Character.CONNECTOR_PUNCTUATION,
          Character.DASH_PUNCTUATION,
          Character.START_PUNCTUATION,
          Character.END_PUNCTUATION,
          Character.INITIAL_QUOTE_PUNCTUATION,
          Character.FINAL_QUOTE_PUNCTUATION,
          Character.OTHER_PUNCTUATION ->
          true;
      default -> false;
    };
  }

  /** The blocks that BERT counts as Chinese; kana and hangul are written with spaces or runs. */
  private static boolean isChinese(int c) {
    return (c >= 0x4E00 && c <= 0x9FFF)
        || (c >= 0x3400 && c <= 0x4DBF)
        || (c >= 0x20000 && c <= 0x2A6DF)
        || (c >= 0x2A700 && c <= 0x2B81F)
        || (c >= 0x2B820 && c <= 0x2CEAF)
        || (c >= 0xF900 && c <= 0xFAFF)
        || (c >= 0x2F800 && c <= 0x2FA1F);
  }

  /** A growing list of ids with a bound; what comes after the bound is not kept. */
  private static final class Pieces {
    private final int max;
    private long[] ids = new long[64];
    private int size;

    Pieces(int max) {
      this.max = max;
    }

    boolean full() {
      return size >= max;
    }

    void add(int id) {
      if (size == ids.length) {
        ids = Arrays.copyOf(ids, 2 * size);
      }
      ids[size++] = id;
    }

    long[] closedBy(int last) {
      long[] closed = Arrays.copyOf(ids, Math.min(size, max) + 1);
      closed[closed.length - 1] = last;
      return closed;
    }
  }
}
