package dev.nacre.vector;

import static dev.nacre.vector.SearchFixture.NS;
import static dev.nacre.vector.SearchFixture.keys;
import static dev.nacre.vector.SearchFixture.vector;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.model.AsOf;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.model.Metric;
import dev.nacre.model.Value;
import dev.nacre.model.WriteBatch;
import dev.nacre.search.SearchPlan;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import dev.nacre.store.StoreOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every key is overwritten ten times, in random order; then the past is searched at random moments,
 * beside brute force over all that was written.
 */
class EpochRecallTest {
  private static final int COUNT = 2_000;
  private static final int ROUNDS = 10;
  private static final int BATCH = 100;
  private static final int DIMENSION = 32;
  private static final int MOMENTS = 20;
  private static final int QUERIES = 10;
  private static final int CLUSTERS = 50;
  private static final int K = 10;
  private static final EmbeddingSpace SPACE = EmbeddingSpace.of(DIMENSION);

  private final float[][] centres = new float[CLUSTERS][];
  private final List<Written> writes = new ArrayList<>();

  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Written(long version, int key, float[] vector) {}

  private record Scored(String key, double score) {}

  @TempDir Path directory;

  @Test
  void tenfoldChurn_anyMoment_recall() {
    Random random = new Random(20_26);
    for (int c = 0; c < CLUSTERS; c++) {
      centres[c] = vector(random, DIMENSION);
    }
    try (SearchFixture db =
        SearchFixture.of(
            StoreOptions.in(directory), new VectorOptions(null, 1L << 30, COUNT / 5))) {
      long first = write(db, random);
      long span = db.store().now().version() - first;
      double sum = 0;
      for (int i = 0; i < MOMENTS; i++) {
        long version = first + (long) (random.nextDouble() * span);
        double recall = recall(db, version, random);
        assertTrue(recall >= .93, "recall " + recall + " at " + version);
        sum += recall;
      }
      assertTrue(sum / MOMENTS >= .98, "recall " + sum / MOMENTS);
    }
  }

  /** Writes everything; answers the version from which on every key is there. */
  private long write(SearchFixture db, Random random) {
    List<Integer> keys = new ArrayList<>(IntStream.range(0, COUNT).boxed().toList());
    long first = 0;
    for (int round = 0; round <= ROUNDS; round++) {
      Collections.shuffle(keys, random);
      for (int from = 0; from < COUNT; from += BATCH) {
        WriteBatch.Builder batch = WriteBatch.builder();
        List<Written> batched = new ArrayList<>();
        for (int key : keys.subList(from, from + BATCH)) {
          float[] vector = near(random);
          batch.put(NS, "k" + key, Value.text("v"), Metadata.EMPTY, Embedding.of(SPACE, vector));
          batched.add(new Written(0, key, vector));
        }
        long version = db.commit(batch.build()).version();
        batched.forEach(w -> writes.add(new Written(version, w.key, w.vector)));
        first = round == 0 ? version : first;
      }
    }
    return first;
  }

  private float[] near(Random random) {
    float[] centre = centres[random.nextInt(CLUSTERS)];
    float[] vector = vector(random, DIMENSION);
    for (int d = 0; d < DIMENSION; d++) {
      vector[d] = centre[d] + 0.5f * vector[d];
    }
    return vector;
  }

  private double recall(SearchFixture db, long version, Random random) {
    List<SearchRequest> requests = new ArrayList<>();
    List<List<String>> nearest = new ArrayList<>();
    for (int q = 0; q < QUERIES; q++) {
      float[] query = near(random);
      requests.add(SearchRequest.byVector(NS, query).withK(K).withAsOf(AsOf.version(version)));
      nearest.add(nearest(query, version));
    }
    assertEquals(nearest.getFirst(), exactly(db, requests.getFirst()));
    Awaitility.await()
        .pollInterval(Duration.ofMillis(5))
        .until(
            () -> db.engine().similar(requests.getFirst()).plan().tier() == SearchPlan.Tier.EPOCH);
    int found = 0;
    for (int q = 0; q < QUERIES; q++) {
      SearchResult result = db.engine().similar(requests.get(q));
      assertEquals(SearchPlan.Tier.EPOCH, result.plan().tier());
      assertFalse(result.exact());
      assertEquals(COUNT, result.plan().candidates());
      assertEquals(K, result.hits().size());
      found += (int) keys(result).stream().filter(nearest.get(q)::contains).count();
    }
    return (double) found / (QUERIES * K);
  }

  /** The first answer for a moment, unless its epoch is there already. */
  private static List<String> exactly(SearchFixture db, SearchRequest request) {
    SearchResult all = db.engine().similar(request.withK(COUNT));
    assertTrue(all.exact());
    assertEquals(COUNT, all.hits().size());
    return keys(all).subList(0, K);
  }

  private List<String> nearest(float[] query, long version) {
    Map<Integer, float[]> live = new HashMap<>();
    for (Written written : writes) {
      if (written.version <= version) {
        live.put(written.key, written.vector);
      }
    }
    return live.entrySet().stream()
        .map(
            entry ->
                new Scored(
                    "k" + entry.getKey(),
                    SearchFixture.score(Metric.COSINE, query, entry.getValue())))
        .sorted(Comparator.comparingDouble(Scored::score).reversed())
        .limit(K)
        .map(Scored::key)
        .toList();
  }
}
