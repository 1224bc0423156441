package dev.nacre.rag.embed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.embed.Embedder;
import dev.nacre.error.DatabaseClosedException;
import dev.nacre.error.ErrorCode;
import dev.nacre.error.ValidationException;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metric;
import dev.nacre.rag.Embedders;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The embedder with its real model. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MiniLmEmbedderTest {
  private static final List<String> TEXTS =
      List.of(
          "The lift of a wing grows with the angle of attack.",
          "Wings carry more when they are tilted against the stream.",
          "The recipe needs two eggs and a cup of flour.",
          "boundary layer ".repeat(120));

  private Embedder embedder = Embedders.miniLm();

  @BeforeAll
  void load() {
    embedder.close();
    embedder = Embedders.miniLm();
  }

  @AfterAll
  void free() {
    embedder.close();
  }

  private float[] one(String text) {
    return embedder.embed(List.of(text)).join().getFirst();
  }

  @Test
  void space_isTheDefaultOneOfTheModel() {
    assertEquals(
        new EmbeddingSpace("default", 384, Metric.COSINE, "all-MiniLM-L6-v2-q"), embedder.space());
  }

  @Test
  void embed_texts_vectorsOfLengthOneThatTheSpaceTakes() {
    for (float[] vector : embedder.embed(TEXTS).join()) {
      assertEquals(1, Math.sqrt(Vectors.dot(vector, vector)), 1e-5);
      assertEquals(384, Embedding.of(embedder.space(), vector).vector().length);
    }
  }

  @Test
  void embed_sameTextTwice_sameBits() {
    assertArrayEquals(one(TEXTS.get(0)), one(TEXTS.get(0)));
  }

  @Test
  void embed_batch_sameBitsAsOneByOneInTheirOrder() {
    List<float[]> batch = embedder.embed(TEXTS).join();
    assertEquals(TEXTS.size(), batch.size());
    for (int i = 0; i < TEXTS.size(); i++) {
      assertArrayEquals(one(TEXTS.get(i)), batch.get(i), "text " + i);
    }
  }

  @Test
  void embed_relatedTexts_nearerThanUnrelated() {
    List<float[]> vectors = embedder.embed(TEXTS).join();
    double related = Vectors.cosine(vectors.get(0), vectors.get(1));
    double unrelated = Vectors.cosine(vectors.get(0), vectors.get(2));
    assertTrue(related > unrelated + 0.3, related + " against " + unrelated);
  }

  @Test
  void embed_longText_readsItsFirst128Pieces() {
    // Two marks and 126 words of one piece each.
    assertArrayEquals(one("wing ".repeat(126)), one("wing ".repeat(126) + "recipe for pancakes"));
    assertTrue(
        Vectors.cosine(one("wing ".repeat(100)), one("wing ".repeat(100) + "recipe for pancakes"))
            < 0.9999);
  }

  @Test
  void embed_caseAndAccents_doNotMatter() {
    assertArrayEquals(one("cafe au lait"), one("Café AU lait"));
  }

  @Test
  void embed_nothing_empty() {
    assertEquals(List.of(), embedder.embed(List.of()).join());
  }

  @Test
  void embed_blankText_refusedByPlace() {
    CompletionException failure =
        assertThrows(
            CompletionException.class, () -> embedder.embed(List.of("wing", " \t\n")).join());
    ValidationException refused = assertInstanceOf(ValidationException.class, failure.getCause());
    assertEquals("1", refused.details().get("index"));
    assertEquals(ErrorCode.VALIDATION, refused.code());
  }

  @Test
  void embed_textOfControlCharacters_refusedByPlace() {
    CompletionException failure =
        assertThrows(
            CompletionException.class, () -> embedder.embed(List.of("wing", "\u0000")).join());
    ValidationException refused = assertInstanceOf(ValidationException.class, failure.getCause());
    assertEquals("1", refused.details().get("index"));
  }

  @Test
  void embed_nullText_throwsAtOnce() {
    assertThrows(NullPointerException.class, () -> embedder.embed(Collections.singletonList(null)));
  }

  @Test
  void embed_manyCallsAtOnce_eachItsOwnVectors() {
    List<float[]> expected = embedder.embed(TEXTS).join();
    List<CompletableFuture<List<float[]>>> calls = new ArrayList<>();
    for (int i = 0; i < 32; i++) {
      calls.add(embedder.embed(List.of(TEXTS.get(i % 3), TEXTS.get((i + 1) % 3))));
    }
    for (int i = 0; i < calls.size(); i++) {
      List<float[]> vectors = calls.get(i).join();
      assertArrayEquals(expected.get(i % 3), vectors.get(0));
      assertArrayEquals(expected.get((i + 1) % 3), vectors.get(1));
    }
  }

  @Test
  void close_thenEmbed_refusedAndIdempotent() {
    Embedder other = Embedders.miniLm();
    assertEquals(1, other.embed(List.of("wing")).join().size());
    other.close();
    other.close();
    CompletionException failure =
        assertThrows(CompletionException.class, () -> other.embed(List.of("wing")).join());
    assertInstanceOf(DatabaseClosedException.class, failure.getCause());
    // The model of one is not the model of another.
    assertEquals(1, embedder.embed(List.of("wing")).join().size());
  }
}
