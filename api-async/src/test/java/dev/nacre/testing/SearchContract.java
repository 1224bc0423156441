package dev.nacre.testing;

import static dev.nacre.testing.Futures.await;
import static dev.nacre.testing.Futures.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.Database;
import dev.nacre.EmbedRequest;
import dev.nacre.PutRequest;
import dev.nacre.error.ValidationException;
import dev.nacre.filter.Filter;
import dev.nacre.model.AsOf;
import dev.nacre.model.Embedding;
import dev.nacre.model.Metadata;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.search.Hit;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Embeddings: written, of vectors and of texts, and searched. */
public interface SearchContract extends DatabaseSource {

  @Test
  default void embed_thenSimilar_findsTheNearestAtOnce() {
    try (Database db = open()) {
      await(db.embed("docs", "x", 1, 0, 0));
      await(db.embed("docs", "y", 0, 1, 0));
      await(
          db.embed(
              EmbedRequest.of("docs", "z", Embedding.of(0.9f, 0.1f, 0))
                  .withMetadata(Metadata.of("kind", "mixed"))));
      SearchResult result = await(db.similar("docs", 1, 0, 0));

      assertEquals(List.of("x", "z", "y"), result.hits().stream().map(Hit::key).toList());
      assertTrue(result.exact());
      assertEquals(3, result.readPoint().version());
      SearchResult filtered =
          await(
              db.similar(
                  SearchRequest.byVector("docs", 1, 0, 0)
                      .withK(1)
                      .withFilter(Filter.eq("kind", "mixed"))));
      assertEquals(List.of("z"), filtered.hits().stream().map(Hit::key).toList());

      await(db.embed("docs", "x", 0, 0, 1));
      assertEquals("z", await(db.similar("docs", 1, 0, 0)).hits().getFirst().key());
      SearchResult before =
          await(
              db.similar(
                  SearchRequest.byVector("docs", 1, 0, 0).withAsOf(AsOf.version(3)).withK(1)));
      assertEquals("x", before.hits().getFirst().key());
      assertEquals(3, before.readPoint().version());
    }
  }

  @Test
  default void similar_byText_embedsItFirst() {
    HashEmbedder embedder = new HashEmbedder();
    try (Database db = open(embedder)) {
      await(db.embed(EmbedRequest.text("docs", "wing", "lift of a swept wing")));
      await(
          db.put(
              PutRequest.of("docs", "heat", Value.text("heat transfer in a boundary layer"))
                  .withEmbedText("heat transfer in a boundary layer")));

      VersionedRecord heat = await(db.require("docs", "heat"));
      assertEquals(heat.valueVersion().orElseThrow(), heat.embeddingVersions().get("default"));
      SearchResult wings = await(db.similar(SearchRequest.byText("docs", "swept wing lift")));
      assertEquals("wing", wings.hits().getFirst().key());
      SearchResult heats = await(db.similar(SearchRequest.byText("docs", "boundary layer heat")));
      assertEquals("heat", heats.hits().getFirst().key());
    }
    assertFalse(embedder.isClosed(), "the database closed an embedder that is not its own");
  }

  @Test
  default void similar_byTextInTheEmbeddersOwnSpace_needsNoNameInTheRequest() {
    try (Database db = open(new HashEmbedder("words"))) {
      await(db.embed(EmbedRequest.text("docs", "wing", "lift of a swept wing")));

      assertEquals(Set.of("words"), await(db.require("docs", "wing")).embeddingVersions().keySet());
      SearchRequest request = SearchRequest.byText("docs", "swept wing");
      assertEquals(1, await(db.similar(request)).hits().size());
      assertEquals(1, await(db.similar(request.withSpace("words"))).hits().size());
      failure(ValidationException.class, db.similar(request.withSpace("images")));
    }
  }

  @Test
  default void similar_byTextOverVectorsOfAnotherModel_isRefused() {
    try (Database db = open(new HashEmbedder())) {
      await(db.embed("docs", "x", HashEmbedder.vector("made by nobody knows what")));

      failure(ValidationException.class, db.similar(SearchRequest.byText("docs", "what")));
    }
  }

  @Test
  default void texts_withoutAnEmbedder_areRefusedAndSayWhatToConfigure() {
    try (Database db = open()) {
      for (var future :
          List.of(
              db.similar(SearchRequest.byText("docs", "wing")),
              db.embed(EmbedRequest.text("docs", "a", "wing")),
              db.put(PutRequest.of("docs", "a", Value.text("wing")).withEmbedText("wing")))) {
        ValidationException refused = failure(ValidationException.class, future);
        assertEquals("embedder", refused.details().get("option"));
      }
      assertFalse(await(db.contains("docs", "a")));
    }
  }
}
