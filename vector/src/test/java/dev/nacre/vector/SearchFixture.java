package dev.nacre.vector;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.nacre.filter.Filter;
import dev.nacre.model.AsOf;
import dev.nacre.model.Commit;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.model.Metric;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import dev.nacre.search.Hit;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** A store with an engine, and short ways to write and search. */
final class SearchFixture implements AutoCloseable {
  static final String NS = "ns";
  static final int DIMENSION = 12;
  static final EmbeddingSpace COSINE = EmbeddingSpace.of(DIMENSION);

  /** A graph from this many vectors on, so that small tests meet it. */
  static final int GRAPH_THRESHOLD = 150;

  static final VectorOptions OPTIONS = new VectorOptions(null, 64L << 20, GRAPH_THRESHOLD);

  /** Long enough for a busy machine to build a graph; a test that passes never waits for it. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  static {
    Awaitility.setDefaultTimeout(PATIENCE);
  }

  private final StoreOptions storeOptions;
  private final VectorOptions options;
  private Store store;
  private VectorEngine engine;

  private SearchFixture(StoreOptions storeOptions, VectorOptions options) {
    this.storeOptions = storeOptions;
    this.options = options;
    this.store = Store.open(storeOptions);
    this.engine = VectorEngine.open(store, options);
  }

  static SearchFixture inMemory() {
    return new SearchFixture(StoreOptions.inMemory(), OPTIONS);
  }

  static SearchFixture of(StoreOptions storeOptions, VectorOptions options) {
    return new SearchFixture(storeOptions, options);
  }

  static SearchFixture in(Path directory) {
    return new SearchFixture(
        StoreOptions.in(directory).withBlockCacheBytes(8L << 20).withWriteBufferBytes(8L << 20),
        OPTIONS);
  }

  Store store() {
    return store;
  }

  VectorEngine engine() {
    return engine;
  }

  /** Closes both and opens them again. */
  void reopen() {
    reopen(() -> {});
  }

  /** Closes both, does something to the files, opens them again. */
  void reopen(Runnable between) {
    close();
    between.run();
    store = Store.open(storeOptions);
    engine = VectorEngine.open(store, options);
  }

  @CanIgnoreReturnValue
  Commit commit(WriteBatch batch) {
    return store.commit(batch, Durability.ASYNC, PATIENCE).join();
  }

  @CanIgnoreReturnValue
  Commit put(String key, float... vector) {
    return put(NS, key, COSINE, Metadata.EMPTY, vector);
  }

  @CanIgnoreReturnValue
  Commit put(
      String namespace, String key, EmbeddingSpace space, Metadata metadata, float... vector) {
    return commit(
        WriteBatch.builder()
            .put(namespace, key, Value.text(key), metadata, Embedding.of(space, vector))
            .build());
  }

  @CanIgnoreReturnValue
  Commit putExpiring(String key, Instant at, float... vector) {
    return commit(
        WriteBatch.of(
            new Write.Upsert(
                NS,
                key,
                Value.text(key),
                null,
                List.of(Embedding.of(COSINE, vector)),
                new Write.Expiry.At(at),
                WriteCondition.none())));
  }

  @CanIgnoreReturnValue
  Commit delete(String key) {
    return commit(WriteBatch.builder().delete(NS, key).build());
  }

  /** Puts keys {@code prefix0 ...} with random vectors in one commit. */
  @CanIgnoreReturnValue
  Commit putMany(String prefix, int count, long seed) {
    Random random = new Random(seed);
    WriteBatch.Builder batch = WriteBatch.builder();
    for (int i = 0; i < count; i++) {
      batch.put(
          NS,
          prefix + i,
          Value.text(prefix + i),
          Metadata.of("i", i, "even", i % 2 == 0),
          Embedding.of(COSINE, vector(random, DIMENSION)));
    }
    return commit(batch.build());
  }

  SearchResult similar(int k, float... vector) {
    return engine.similar(SearchRequest.byVector(NS, vector).withK(k));
  }

  SearchResult similar(int k, Filter filter, float... vector) {
    return engine.similar(SearchRequest.byVector(NS, vector).withK(k).withFilter(filter));
  }

  SearchResult similarAsOf(int k, AsOf asOf, float... vector) {
    return engine.similar(SearchRequest.byVector(NS, vector).withK(k).withAsOf(asOf));
  }

  static List<String> keys(SearchResult result) {
    return result.hits().stream().map(Hit::key).toList();
  }

  /** Searches until the graphs of so many vectors are in use and nobody builds. */
  void awaitGraphVectors(int least, float... query) {
    Awaitility.await()
        .pollInterval(Duration.ofMillis(10))
        .until(
            () -> {
              var _ = similar(1, query);
              VectorStatistics statistics = engine.statistics();
              return statistics.graphVectors() >= least && statistics.buildingGraphs() == 0;
            });
  }

  static float[] vector(Random random, int dimension) {
    float[] vector = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  /** Our definition of the score, in double. */
  static double score(Metric metric, float[] a, float[] b) {
    double dot = 0;
    double squaresA = 0;
    double squaresB = 0;
    double distance = 0;
    for (int i = 0; i < a.length; i++) {
      dot += (double) a[i] * b[i];
      squaresA += (double) a[i] * a[i];
      squaresB += (double) b[i] * b[i];
      distance += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
    }
    return switch (metric) {
      case COSINE -> dot / Math.sqrt(squaresA * squaresB);
      case DOT -> dot;
      case EUCLIDEAN -> -distance;
    };
  }

  @Override
  public void close() {
    engine.close();
    store.close();
  }

  /** A nullable helper so that tests can say "no filter". */
  static SearchRequest filtered(SearchRequest request, @Nullable Filter filter) {
    return filter == null ? request : request.withFilter(filter);
  }
}
