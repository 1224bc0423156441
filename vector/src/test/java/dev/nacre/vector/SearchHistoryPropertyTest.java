package dev.nacre.vector;

import dev.nacre.filter.Filter;
import dev.nacre.model.AsOf;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.model.Metric;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.search.SearchRequest;
import dev.nacre.store.StoreOptions;
import dev.nacre.vector.graph.GraphFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;
import org.awaitility.Awaitility;

/**
 * Search against brute force through random histories: inserts, updates, deletes, metadata, dropped
 * namespaces, reopenings and lost index directories, now and as of any version, with and without
 * filters. The graph threshold is so low that all tiers answer.
 */
class SearchHistoryPropertyTest {
  private static final int THRESHOLD = 110;
  private static final int DIMENSION = 9;
  private static final int KEYS = 260;

  /** One step of a history. */
  sealed interface Step {
    /** Writes {@code count} keys from {@code key} on in one commit. */
    record Put(int namespace, int key, int count, int seed) implements Step {}

    record Delete(int namespace, int key, int count) implements Step {}

    record Describe(int namespace, int key, int colour) implements Step {}

    record Drop(int namespace) implements Step {}

    record Search(int namespace, int seed, int k, int filter, int past) implements Step {}

    /** Waits until no graph is being built. */
    record Settle(int namespace) implements Step {}

    record Reopen(boolean loseIndex) implements Step {}
  }

  @Provide
  Arbitrary<List<Step>> histories() {
    Arbitrary<Integer> namespaces = Arbitraries.of(0, 0, 0, 1);
    Arbitrary<Integer> keys = Arbitraries.integers().between(0, KEYS - 1);
    Arbitrary<Integer> seeds = Arbitraries.integers().between(0, 400);
    Arbitrary<Integer> counts = Arbitraries.of(1, 1, 2, 7, 40, 150);
    Arbitrary<Step> put = Combinators.combine(namespaces, keys, counts, seeds).as(Step.Put::new);
    Arbitrary<Step> delete =
        Combinators.combine(namespaces, keys, Arbitraries.of(1, 1, 5, 60)).as(Step.Delete::new);
    Arbitrary<Step> describe =
        Combinators.combine(namespaces, keys, Arbitraries.integers().between(0, 3))
            .as(Step.Describe::new);
    Arbitrary<Step> search =
        Combinators.combine(
                namespaces,
                seeds,
                Arbitraries.of(1, 3, 10, 40, 300),
                Arbitraries.integers().between(0, 4),
                Arbitraries.of(0, 0, 0, 0, 1, 5, 1000))
            .as(Step.Search::new);
    return Arbitraries.frequencyOf(
            Tuple.of(6, put),
            Tuple.of(3, delete),
            Tuple.of(3, describe),
            Tuple.of(1, namespaces.filter(n -> n == 1).map(Step.Drop::new)),
            Tuple.of(14, search),
            Tuple.of(3, namespaces.map(Step.Settle::new)),
            Tuple.of(1, Arbitraries.of(true, false).map(Step.Reopen::new)))
        .list()
        .ofMinSize(10)
        .ofMaxSize(60);
  }

  @Property(tries = 25, shrinking = ShrinkingMode.BOUNDED)
  void similar_anyHistory_asBruteForce(@ForAll("histories") List<Step> steps, @ForAll Metric metric)
      throws IOException {
    Path directory = Files.createTempDirectory("nacre-search");
    try (SearchFixture db =
        SearchFixture.of(
            StoreOptions.in(directory).withBlockCacheBytes(4L << 20).withWriteBufferBytes(4L << 20),
            new VectorOptions(null, 1L << 20, THRESHOLD))) {
      Run run = new Run(db, metric, directory);
      run.apply(new Step.Put(0, 0, 180, 1));
      for (Step step : steps) {
        run.apply(step);
      }
      for (int namespace = 0; namespace < 2; namespace++) {
        run.apply(new Step.Settle(namespace));
        for (int filter = 0; filter <= 4; filter++) {
          run.apply(new Step.Search(namespace, 77, 10, filter, 0));
        }
      }
    } finally {
      GraphFiles.deleteTree(directory);
    }
  }

  /** A database and its model, side by side. */
  private static final class Run {
    private final SearchFixture db;
    private final SearchModel model;
    private final Path directory;
    private final EmbeddingSpace space;

    Run(SearchFixture db, Metric metric, Path directory) {
      this.db = db;
      this.model = new SearchModel(metric);
      this.directory = directory;
      this.space = new EmbeddingSpace("Main.1", DIMENSION, metric, null);
    }

    void apply(Step step) {
      switch (step) {
        case Step.Put put -> put(put);
        case Step.Delete delete -> delete(delete);
        case Step.Describe describe -> describe(describe);
        case Step.Drop drop -> drop(drop);
        case Step.Search search -> search(search);
        case Step.Settle settle -> settle(settle);
        case Step.Reopen reopen ->
            db.reopen(
                () -> {
                  if (reopen.loseIndex) {
                    GraphFiles.deleteTree(directory.resolve("index"));
                  }
                });
      }
    }

    /** One vector in ten is one of three, so that scores are equal. */
    private static float[] vector(int seed) {
      return SearchFixture.vector(new Random(seed % 10 == 0 ? seed % 3 : seed + 1_000), DIMENSION);
    }

    private static String name(int namespace) {
      return "namespace" + namespace;
    }

    private static String key(int key) {
      return "key" + key % KEYS;
    }

    private static Metadata metadata(int colour) {
      return colour == 0 ? Metadata.EMPTY : Metadata.of("colour", colour);
    }

    private void put(Step.Put put) {
      WriteBatch.Builder batch = WriteBatch.builder();
      for (int i = 0; i < put.count; i++) {
        batch.put(
            name(put.namespace),
            key(put.key + i),
            Value.text("v" + put.seed),
            metadata((put.seed + i) % 4),
            Embedding.of(space, vector(put.seed + i)));
      }
      long version = db.commit(batch.build()).version();
      for (int i = 0; i < put.count; i++) {
        model.put(
            version,
            name(put.namespace),
            key(put.key + i),
            vector(put.seed + i),
            metadata((put.seed + i) % 4));
      }
    }

    private void delete(Step.Delete delete) {
      if (!model.hasNamespace(name(delete.namespace))) {
        return;
      }
      WriteBatch.Builder batch = WriteBatch.builder();
      for (int i = 0; i < delete.count; i++) {
        batch.delete(name(delete.namespace), key(delete.key + i));
      }
      long version = db.commit(batch.build()).version();
      model.touch(version);
      for (int i = 0; i < delete.count; i++) {
        model.delete(version, name(delete.namespace), key(delete.key + i));
      }
    }

    private void describe(Step.Describe describe) {
      if (!model.hasNamespace(name(describe.namespace))) {
        return;
      }
      long version =
          db.commit(
                  WriteBatch.builder()
                      .put(
                          name(describe.namespace),
                          key(describe.key),
                          Value.text("described"),
                          metadata(describe.colour))
                      .build())
              .version();
      model.touch(version);
      model.setMetadata(
          version, name(describe.namespace), key(describe.key), metadata(describe.colour));
    }

    private void drop(Step.Drop drop) {
      if (model.hasNamespace(name(drop.namespace))) {
        long version =
            db.commit(WriteBatch.of(new Write.DeleteNamespace(name(drop.namespace)))).version();
        model.drop(version, name(drop.namespace));
      }
    }

    private void search(Step.Search search) {
      long newest = db.store().now().version();
      SearchRequest request =
          SearchRequest.byVector(name(search.namespace), vector(search.seed + 5_000))
              .withSpace(space.name())
              .withK(search.k);
      if (search.filter > 0) {
        request = request.withFilter(filter(search.filter));
      }
      if (search.past > 0) {
        request = request.withAsOf(AsOf.version(Math.max(0, newest - search.past)));
      }
      model.check(request, db.engine().similar(request), 0.8);
    }

    private static Filter filter(int kind) {
      return switch (kind) {
        case 1 -> Filter.eq("colour", 1);
        case 2 -> Filter.not(Filter.exists("colour"));
        case 3 -> Filter.ne("colour", 2);
        default -> Filter.eq("colour", 99);
      };
    }

    private void settle(Step.Settle settle) {
      Step.Search search = new Step.Search(settle.namespace, 3, 5, 0, 0);
      search(search);
      Awaitility.await()
          .pollInterval(Duration.ofMillis(5))
          .until(() -> db.engine().statistics().buildingGraphs() == 0);
      search(search);
    }
  }
}
