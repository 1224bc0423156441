package dev.nacre.rag.embed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Our tokenizer and our run of the model, against Hugging Face's and LangChain4j's. */
class LibraryParityTest {
  private static final Path CORPUS =
      Path.of("../cli/src/main/resources/dev/nacre/cli/cranfield/corpus.jsonl");
  private static final String TOKENIZER = "/all-minilm-l6-v2-q-tokenizer.json";
  private static final int MAX = SentenceModel.PIECES_MAX;

  private static final HuggingFaceTokenizer THEIRS = hugging();
  private static final WordPieceTokenizer OURS = wordPiece();

  private static HuggingFaceTokenizer hugging() {
    try (InputStream json = LibraryParityTest.class.getResourceAsStream(TOKENIZER)) {
      return HuggingFaceTokenizer.newInstance(
          json, Map.of("padding", "false", "maxLength", "128", "truncation", "true"));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static WordPieceTokenizer wordPiece() {
    try (InputStream json = LibraryParityTest.class.getResourceAsStream(TOKENIZER)) {
      return WordPieceTokenizer.read(json);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static List<String> abstracts() throws IOException {
    ObjectMapper json = new ObjectMapper();
    List<String> texts = new ArrayList<>();
    for (String line : Files.readAllLines(CORPUS)) {
      String text = json.readTree(line).path("text").asText();
      if (!text.isBlank()) {
        texts.add(text);
      }
    }
    return texts;
  }

  @Test
  void encode_everyAbstractOfTheCorpus_samePieces() throws IOException {
    List<String> texts = abstracts();
    assertEquals(1_398, texts.size());
    for (String text : texts) {
      assertArrayEquals(THEIRS.encode(text, true, false).getIds(), OURS.encode(text, MAX), text);
    }
  }

  @Test
  void encode_textsOfManyKinds_samePieces() {
    for (String text :
        List.of(
            "Don't panic -- it's 3.14159, isn't it? (yes/no) [x] {y} <z> a_b #tag @me $5 50% ~ ^ ` |",
            "naïve façade Ångström ÜBER straße ŒUVRE İstanbul ΑΒΓ ΣΊΣΥΦΟΣ привет мир Ёлка",
            "東京タワー 中文字符 한국어 ภาษาไทย العربية עברית हिन्दी",
            "smile 😀 family 👨‍👩‍👧 flag 🇩🇪 math 𝒳 ≤ ∞ ½ ² € £ ™ © …“quoted” ‘single’ —dash–",
            "tabs\tand\nnew\r\nlines\u00a0nbsp\u2003em\u3000wide\u200bzero\u00adsoft\ufeffbom",
            "supercalifragilisticexpialidocious pneumonoultramicroscopicsilicovolcanoconiosis",
            "a".repeat(100) + " " + "a".repeat(101) + " " + "x1".repeat(49),
            "word ".repeat(400),
            "!".repeat(300),
            "unaffable ".repeat(63) + "unaffable electroencephalographically")) {
      assertArrayEquals(THEIRS.encode(text, true, false).getIds(), OURS.encode(text, MAX), text);
    }
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.strings()
        .withCharRange('\u0001', '\u024F')
        .withCharRange('\u0300', '\u036F')
        .withCharRange('\u0391', '\u03C9')
        .withCharRange('\u0410', '\u044F')
        .withCharRange('\u2000', '\u206F')
        .withCharRange('\u3040', '\u30FF')
        .withCharRange('\u4E00', '\u4EFF')
        .withChars("   ,.-'ings")
        .ofMaxLength(60);
  }

  @Property(tries = 2_000)
  void encode_randomText_samePieces(@ForAll("texts") String text) {
    assertArrayEquals(THEIRS.encode(text, true, false).getIds(), OURS.encode(text, MAX), text);
  }

  @Test
  void embed_abstractsAndShortTexts_sameVectors() throws IOException {
    List<String> texts = new ArrayList<>(abstracts().subList(0, 40));
    texts.add("wing");
    texts.add("What is the lift of a wing?");
    AllMiniLmL6V2QuantizedEmbeddingModel library = new AllMiniLmL6V2QuantizedEmbeddingModel();
    try (SentenceModel model = SentenceModel.load()) {
      for (String text : texts) {
        float[] expected = library.embed(text).content().vector();
        float[] vector = model.embed(text);
        assertNotNull(vector, text);
        assertTrue(Vectors.cosine(expected, vector) > 0.9999, text);
      }
    }
  }
}
