package dev.nacre.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.UnavailableException;
import dev.nacre.filter.Filter;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.model.Metric;
import dev.nacre.model.Value;
import dev.nacre.model.WriteBatch;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import dev.nacre.similarity.SimilarityProviders;
import dev.nacre.similarity.choice.SimilarityChoice;
import dev.nacre.similarity.device.Device;
import dev.nacre.similarity.device.DeviceOptions;
import dev.nacre.similarity.device.DeviceSimilarity;
import dev.nacre.similarity.device.MissingDevice;
import dev.nacre.similarity.device.ModelDevice;
import dev.nacre.similarity.opencl.OpenClDevice;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** An engine with a device answers bitwise what one without answers, whatever is done to it. */
class DeviceSearchTest {
  private static final String NS = "ns";
  private static final int DIMENSION = 12;
  private static final VectorOptions OPTIONS = new VectorOptions("simd", 64L << 20, 1_000_000);

  private static VectorEngine engine(Store store, Device device, DeviceOptions options) {
    return StoreVectorEngine.start(
        store,
        OPTIONS,
        new SimilarityChoice(
            SimilarityProviders.choose("simd").provider(),
            new DeviceSimilarity(device, options),
            "under test"));
  }

  private static DeviceOptions options() {
    return DeviceOptions.DEFAULT.withRowsMin(8);
  }

  private static EmbeddingSpace space(Metric metric) {
    return new EmbeddingSpace("default", DIMENSION, metric, null);
  }

  private static void put(Store store, Metric metric, Random random, int keys, int count) {
    WriteBatch.Builder batch = WriteBatch.builder();
    for (int i = 0; i < count; i++) {
      String key = "k" + random.nextInt(keys);
      // Some vectors are equal: then keys decide.
      float[] vector =
          random.nextInt(5) == 0
              ? SearchFixture.vector(new Random(random.nextInt(3)), DIMENSION)
              : SearchFixture.vector(random, DIMENSION);
      batch.put(
          NS,
          key,
          Value.text(key),
          Metadata.of("half", i % 2 == 0, "rare", i % 50 == 0),
          Embedding.of(space(metric), vector));
    }
    commit(store, batch.build());
  }

  private static void delete(Store store, Random random, int keys, int count) {
    WriteBatch.Builder batch = WriteBatch.builder();
    for (int i = 0; i < count; i++) {
      batch.delete(NS, "k" + random.nextInt(keys));
    }
    commit(store, batch.build());
  }

  private static void commit(Store store, WriteBatch batch) {
    var _ = store.commit(batch, Durability.ASYNC, Duration.ofMinutes(1)).join();
  }

  private static void check(
      VectorEngine device, VectorEngine host, Random random, @Nullable Filter filter) {
    float[] query = SearchFixture.vector(random, DIMENSION);
    int k = 1 + random.nextInt(30);
    SearchRequest request =
        SearchFixture.filtered(SearchRequest.byVector(NS, query).withK(k), filter);
    SearchResult expected = host.similar(request);
    SearchResult result = device.similar(request);
    assertEquals(hits(expected), hits(result));
    assertTrue(result.exact());
  }

  private static List<String> hits(SearchResult result) {
    return result.hits().stream()
        .map(hit -> hit.key() + " " + hit.score() + " " + hit.embeddingVersion())
        .toList();
  }

  private static void history(Device device, Metric metric, DeviceOptions options) {
    Random random = new Random(metric.name().hashCode());
    Filter half = Filter.eq("half", true);
    Filter rare = Filter.eq("rare", true);
    try (Store store = Store.open(StoreOptions.inMemory());
        VectorEngine onDevice = engine(store, device, options);
        VectorEngine host = VectorEngine.open(store, OPTIONS)) {
      for (int round = 0; round < 12; round++) {
        put(store, metric, random, 1500, round == 0 ? 900 : 200);
        for (Filter filter : new Filter[] {null, half, rare}) {
          check(onDevice, host, random, filter);
        }
        delete(store, random, 1500, round * 20 + 1);
        check(onDevice, host, random, null);
      }
      assertTrue(onDevice.statistics().deviceBytes() > 0);
      assertEquals(0, host.statistics().deviceBytes());
    }
  }

  @Test
  void similar_anyHistory_asTheHost() {
    for (Metric metric : Metric.values()) {
      ModelDevice device = new ModelDevice(64L << 20);
      history(device, metric, options());
      assertTrue(device.scorings() > 30, "the device was asked " + device.scorings() + " times");
      assertEquals(0, device.bytes());
      assertTrue(device.isClosed());
    }
  }

  @Test
  void similar_littleDeviceMemory_asTheHost() {
    ModelDevice device = new ModelDevice(64L << 20);
    history(
        device, Metric.COSINE, options().withBudgetBytes(96 << 10).withChunks(8 << 10, 16 << 10));
    assertTrue(device.scorings() > 30);
  }

  @Test
  void similar_onOpenCl_asTheHost() {
    for (Metric metric : Metric.values()) {
      history(MissingDevice.openOrSkip("opencl", OpenClDevice::open), metric, options());
    }
  }

  @Test
  void similar_onADevice_planNamesIt() {
    try (Store store = Store.open(StoreOptions.inMemory());
        VectorEngine engine = engine(store, new ModelDevice(64L << 20), options())) {
      put(store, Metric.COSINE, new Random(1), 500, 400);
      SearchRequest request =
          SearchRequest.byVector(NS, SearchFixture.vector(new Random(2), DIMENSION));
      assertEquals("model", engine.similar(request).plan().provider());
      // Hardly anything matches: the host looks at that alone.
      SearchResult rare = engine.similar(request.withFilter(Filter.eq("rare", true)));
      assertEquals("simd", rare.plan().provider());
      assertTrue(engine.statistics().provider().startsWith("model (under test"));
    }
  }

  @Test
  void similar_deviceLost_refusedByTypeAndNotInSilence() {
    ModelDevice device = new ModelDevice(64L << 20);
    try (Store store = Store.open(StoreOptions.inMemory());
        VectorEngine engine = engine(store, device, options())) {
      put(store, Metric.COSINE, new Random(1), 500, 400);
      SearchRequest request =
          SearchRequest.byVector(NS, SearchFixture.vector(new Random(2), DIMENSION));
      assertEquals(10, engine.similar(request.withK(10)).hits().size());
      device.failAfter(1);
      for (int i = 0; i < 2; i++) {
        UnavailableException e =
            assertThrows(UnavailableException.class, () -> engine.similar(request));
        assertEquals("7", e.details().get("code"));
      }
    }
    assertTrue(device.isClosed());
  }

  @Test
  void similar_manySpacesFromManyThreads_eachItsOwnHits() throws Exception {
    ModelDevice device = new ModelDevice(64L << 20);
    try (Store store = Store.open(StoreOptions.inMemory());
        VectorEngine engine =
            engine(store, device, options().withBudgetBytes(64 << 10).withSpared(Duration.ZERO));
        ExecutorService pool = Executors.newFixedThreadPool(4)) {
      for (int space = 0; space < 4; space++) {
        WriteBatch.Builder batch = WriteBatch.builder();
        Random random = new Random(space);
        for (int i = 0; i < 300; i++) {
          batch.put(
              "ns" + space,
              "k" + i,
              Value.text("v"),
              Metadata.EMPTY,
              Embedding.of(space(Metric.COSINE), SearchFixture.vector(random, DIMENSION)));
        }
        commit(store, batch.build());
      }
      List<Future<Boolean>> searchers = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        Random choice = new Random(thread);
        searchers.add(
            pool.submit(
                () -> {
                  for (int i = 0; i < 60; i++) {
                    int space = choice.nextInt(4);
                    // The first vector that was put there.
                    float[] query = SearchFixture.vector(new Random(space), DIMENSION);
                    SearchResult result =
                        engine.similar(SearchRequest.byVector("ns" + space, query).withK(1));
                    assertEquals("k0", result.hits().getFirst().key());
                  }
                  return true;
                }));
      }
      for (Future<Boolean> searcher : searchers) {
        assertTrue(searcher.get());
      }
    }
    assertEquals(0, device.bytes());
  }
}
