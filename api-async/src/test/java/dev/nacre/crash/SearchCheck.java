package dev.nacre.crash;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.search.Hit;
import dev.nacre.search.SearchPlan;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import dev.nacre.store.Store;
import dev.nacre.testing.OracleModel;
import dev.nacre.testing.OracleWorkload;
import dev.nacre.vector.VectorEngine;
import dev.nacre.vector.VectorOptions;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/** Searches and compares with the model: the index is at the version of the store. Stateless. */
final class SearchCheck {
  static final int GRAPH_THRESHOLD = 24;

  private static final int K = 5;

  private SearchCheck() {}

  static VectorOptions options() {
    return new VectorOptions(null, 1 << 20, GRAPH_THRESHOLD);
  }

  /** A vector itself is the nearest, and every hit has the score of what is stored. */
  static void run(
      Store store,
      VectorEngine engine,
      OracleModel model,
      Random random,
      Consumer<SearchPlan.Tier> answered) {
    EmbeddingSpace space = OracleWorkload.SPACES.getFirst();
    for (String namespace : List.of(OracleWorkload.VECTORS, OracleWorkload.KEPT)) {
      boolean there =
          store
              .namespace(store.now(), namespace)
              .map(found -> found.spaces().contains(space))
              .orElse(false);
      for (int i = 0; there && i < 3; i++) {
        Map<String, Embedding> before =
            model.liveVectors(namespace, space.name(), store.now().instant());
        if (before.isEmpty()) {
          break;
        }
        String key = List.copyOf(before.keySet()).get(random.nextInt(before.size()));
        float[] vector = requireNonNull(before.get(key)).vector();
        SearchResult result = engine.similar(SearchRequest.byVector(namespace, vector).withK(K));
        compare(result, model, namespace, key, vector);
        answered.accept(result.plan().tier());
      }
    }
  }

  private static void compare(
      SearchResult result, OracleModel model, String namespace, String key, float[] vector) {
    assertEquals(model.version(), result.readPoint().version());
    Map<String, Embedding> stored =
        model.liveVectors(
            namespace, OracleWorkload.SPACES.getFirst().name(), result.readPoint().instant());
    assertEquals(
        Math.min(K, stored.size()), result.hits().size(), () -> "hits of " + stored.keySet());
    if (stored.containsKey(key)) {
      assertEquals(key, result.hits().getFirst().key(), "the vector itself is the nearest");
    }
    for (Hit hit : result.hits()) {
      Embedding embedding = stored.get(hit.key());
      assertNotNull(embedding, () -> hit + " is not there");
      assertEquals(cosine(vector, embedding.vector()), hit.score(), 1e-4, hit::toString);
    }
  }

  private static double cosine(float[] left, float[] right) {
    double product = 0;
    double leftSquares = 0;
    double rightSquares = 0;
    for (int i = 0; i < left.length; i++) {
      product += (double) left[i] * right[i];
      leftSquares += (double) left[i] * left[i];
      rightSquares += (double) right[i] * right[i];
    }
    return product / Math.sqrt(leftSquares * rightSquares);
  }
}
