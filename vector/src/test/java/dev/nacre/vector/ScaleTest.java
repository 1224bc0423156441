package dev.nacre.vector;

import static dev.nacre.vector.SearchFixture.DIMENSION;
import static dev.nacre.vector.SearchFixture.NS;
import static dev.nacre.vector.SearchFixture.keys;
import static dev.nacre.vector.SearchFixture.vector;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.filter.Filter;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.model.Metric;
import dev.nacre.model.Value;
import dev.nacre.model.WriteBatch;
import dev.nacre.search.SearchPlan;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What is exact is exact at every scale: Lucene's own scores of very short vectors are all the
 * same, those of very long ones too.
 */
class ScaleTest {
  private static final int COUNT = 400;

  @ParameterizedTest
  @CsvSource({
    "EUCLIDEAN, 1e-6",
    "EUCLIDEAN, 1e-3",
    "EUCLIDEAN, 1e18",
    "DOT, 1e-6",
    "DOT, 1e-3",
    "DOT, 1e18",
    "COSINE, 1e-6",
    "COSINE, 1e18"
  })
  void exactSearch_besideAGraph_isExactAtEveryScale(Metric metric, float scale) {
    EmbeddingSpace space = new EmbeddingSpace("default", DIMENSION, metric, null);
    Random random = new Random(8);
    try (SearchFixture db = SearchFixture.inMemory()) {
      WriteBatch.Builder batch = WriteBatch.builder();
      for (int i = 0; i < COUNT; i++) {
        batch.put(
            NS,
            "k" + i,
            Value.text("v"),
            Metadata.of("few", i % 4 == 0),
            Embedding.of(space, scaled(random, scale)));
      }
      db.commit(batch.build());
      db.awaitGraphVectors(COUNT, scaled(random, scale));
      try (VectorEngine exactly =
          VectorEngine.open(db.store(), new VectorOptions(null, 1L << 30, Integer.MAX_VALUE))) {
        for (int q = 0; q < 20; q++) {
          SearchRequest request =
              SearchRequest.byVector(NS, scaled(random, scale)).withFilter(Filter.eq("few", true));
          SearchResult result = db.engine().similar(request);
          assertEquals(SearchPlan.Tier.EXACT, result.plan().tier());
          assertTrue(result.exact());
          SearchResult bruteForce = exactly.similar(request);
          assertTrue(bruteForce.exact());
          assertEquals(keys(bruteForce), keys(result));
        }
      }
    }
  }

  private static float[] scaled(Random random, float scale) {
    float[] vector = vector(random, DIMENSION);
    for (int i = 0; i < vector.length; i++) {
      vector[i] *= scale;
    }
    return vector;
  }
}
