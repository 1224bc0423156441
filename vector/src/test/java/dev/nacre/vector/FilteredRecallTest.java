package dev.nacre.vector;

import static dev.nacre.vector.SearchFixture.NS;
import static dev.nacre.vector.SearchFixture.keys;
import static dev.nacre.vector.SearchFixture.vector;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.filter.Filter;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.model.Value;
import dev.nacre.model.WriteBatch;
import dev.nacre.search.SearchPlan;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import dev.nacre.store.StoreOptions;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A filter never costs recall: over clustered vectors, whatever share of them it leaves, and
 * whether what it leaves is near the query, far from it, or anywhere. Brute force is another engine
 * over the same store, which never builds a graph.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FilteredRecallTest {
  private static final int COUNT = 18_000;
  private static final int CLUSTERS = 20;
  private static final int DIMENSION = 48;
  private static final int QUERIES = 40;
  private static final int K = 10;
  private static final EmbeddingSpace SPACE = EmbeddingSpace.of(DIMENSION);

  /** A tenth of the documents, so that shares above it are searched in the graph. */
  private static final VectorOptions OPTIONS = new VectorOptions(null, 1L << 30, COUNT / 10);

  private final float[][] centres = new float[CLUSTERS][];
  private final SearchFixture db = SearchFixture.of(StoreOptions.inMemory(), OPTIONS);
  private final VectorEngine exactly =
      VectorEngine.open(db.store(), new VectorOptions(null, 1L << 30, Integer.MAX_VALUE));

  /** Which clusters the query is near to; a filter by order leaves the first ones. */
  enum Query {
    IN_WHAT_IS_LEFT,
    FAR_FROM_WHAT_IS_LEFT
  }

  @BeforeAll
  void load() {
    Random random = new Random(4711);
    for (int c = 0; c < CLUSTERS; c++) {
      centres[c] = vector(random, DIMENSION);
    }
    for (int from = 0; from < COUNT; from += 1_000) {
      WriteBatch.Builder batch = WriteBatch.builder();
      for (int i = from; i < from + 1_000; i++) {
        batch.put(
            NS,
            "k" + i,
            Value.text("v"),
            Metadata.of("order", (double) i / COUNT, "any", random.nextDouble()),
            Embedding.of(SPACE, near(random, i * CLUSTERS / COUNT)));
      }
      db.commit(batch.build());
    }
    db.awaitGraphVectors(COUNT, centres[0]);
  }

  @AfterAll
  void close() {
    exactly.close();
    db.close();
  }

  private float[] near(Random random, int cluster) {
    float[] vector = vector(random, DIMENSION);
    for (int d = 0; d < DIMENSION; d++) {
      vector[d] = centres[cluster][d] + 0.35f * vector[d];
    }
    return vector;
  }

  @ParameterizedTest
  @EnumSource
  void filterThatFollowsTheClusters_costsNoRecall(Query query) {
    for (double share : List.of(.9, .5, .25, .12, .1, .01)) {
      int cluster = query == Query.IN_WHAT_IS_LEFT ? 0 : CLUSTERS - 1;
      assertRecall(Filter.lt("order", share), cluster);
    }
  }

  @Test
  void filterThatKnowsNoClusters_costsNoRecall() {
    for (double share : List.of(.9, .5, .25, .12, .1, .01)) {
      assertRecall(Filter.lt("any", share), CLUSTERS / 2);
    }
  }

  private void assertRecall(Filter filter, int cluster) {
    Random random = new Random(cluster);
    int found = 0;
    SearchPlan.Tier tier = SearchPlan.Tier.EMPTY;
    for (int q = 0; q < QUERIES; q++) {
      SearchRequest request =
          SearchRequest.byVector(NS, near(random, cluster)).withK(K).withFilter(filter);
      SearchResult exact = exactly.similar(request);
      assertTrue(exact.exact());
      SearchResult result = db.engine().similar(request);
      tier = result.plan().tier();
      assertEquals(K, result.hits().size());
      Set<String> nearest = new HashSet<>(keys(exact));
      nearest.retainAll(keys(result));
      found += nearest.size();
      if (result.exact()) {
        assertEquals(keys(exact), keys(result));
      }
    }
    double recall = (double) found / (QUERIES * K);
    assertTrue(recall >= .99, filter + " near cluster " + cluster + " by " + tier + ": " + recall);
  }
}
