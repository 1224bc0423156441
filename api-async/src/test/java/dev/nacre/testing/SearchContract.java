package dev.nacre.testing;

import static dev.nacre.testing.Futures.await;
import static dev.nacre.testing.Futures.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.Database;
import dev.nacre.EmbedRequest;
import dev.nacre.PutRequest;
import dev.nacre.Snapshot;
import dev.nacre.error.ValidationException;
import dev.nacre.filter.Filter;
import dev.nacre.model.AsOf;
import dev.nacre.model.Embedding;
import dev.nacre.model.Metadata;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.search.Diversity;
import dev.nacre.search.Grouping;
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

  @Test
  default void similar_continued_staysAtItsVersion() {
    HashEmbedder embedder = new HashEmbedder();
    try (Database db = open(embedder)) {
      for (int i = 0; i < 9; i++) {
        await(db.embed(EmbedRequest.text("docs", "d" + i, "wing number " + i)));
      }
      SearchRequest request = SearchRequest.byText("docs", "wing number").withK(4);
      List<String> whole = keys(await(db.similar(request.withK(9))));
      SearchResult first = await(db.similar(request));
      SearchRequest next = request.withCursor(first.next().orElseThrow());
      await(db.embed(EmbedRequest.text("docs", "new", "wing number")));
      SearchResult second = await(db.similar(next));

      assertEquals(whole.subList(4, 8), keys(second));
      assertEquals(first.readPoint(), second.readPoint());
      failure(
          ValidationException.class,
          db.similar(SearchRequest.byText("docs", "another").withCursor(next.cursor().get())));
      failure(ValidationException.class, db.similar(request.withCursor("nonsense")));
      // A snapshot answers as of its moment only.
      try (Snapshot snapshot = await(db.snapshot())) {
        ValidationException refused = failure(ValidationException.class, snapshot.similar(next));
        assertTrue(String.valueOf(refused.getMessage()).contains("snapshot"));
        float[] vector = HashEmbedder.vector("wing number");
        SearchRequest byVector = SearchRequest.byVector("docs", vector).withK(4);
        String cursor = await(db.similar(byVector)).next().orElseThrow();
        failure(ValidationException.class, snapshot.similar(byVector.withCursor(cursor)));
        SearchResult held = await(snapshot.similar(byVector));
        assertEquals(4, await(snapshot.similar(byVector.withCursor(held.cursor()))).hits().size());
      }
    }
  }

  private static List<String> keys(SearchResult result) {
    return result.hits().stream().map(Hit::key).toList();
  }

  @Test
  default void similar_leastScoreGroupsAndDiversity_shapeTheHits() {
    try (Database db = open()) {
      // Two that are alike in front, one of another kind behind, one far off without a kind.
      embed(db, "a1", Metadata.of("kind", "a"), 1, 0, 0);
      embed(db, "a2", Metadata.of("kind", "a"), .99f, .05f, 0);
      embed(db, "b1", Metadata.of("kind", "b"), .8f, 0, .6f);
      embed(db, "x", Metadata.EMPTY, 0, 1, 0);
      SearchRequest request = SearchRequest.byVector("docs", 1, 0, 0);

      assertEquals(List.of("a1", "a2", "b1"), keys(await(db.similar(request.withMinScore(.5f)))));
      SearchResult grouped =
          await(db.similar(request.withGrouping(Grouping.by("kind").withSize(2)).withK(2)));
      assertEquals(List.of("a1", "a2", "b1"), keys(grouped));
      assertEquals(
          List.of("a", "b"),
          grouped.groups().stream().map(group -> group.field().orElseThrow()).toList());
      SearchResult best = await(db.similar(request.withGrouping(Grouping.by("kind"))));
      assertEquals(List.of("a1", "b1", "x"), keys(best));
      assertTrue(best.exact());
      assertTrue(best.next().isEmpty());
      SearchResult diverse =
          await(db.similar(request.withDiversity(Diversity.of(.3)).withK(3).withMinScore(.5f)));
      assertEquals(List.of("a1", "b1", "a2"), keys(diverse));
    }
  }

  private static void embed(Database db, String key, Metadata metadata, float... vector) {
    var _ =
        await(db.embed(EmbedRequest.of("docs", key, Embedding.of(vector)).withMetadata(metadata)));
  }
}
