package dev.nacre.vector;

import dev.nacre.error.HistoryDroppedException;
import dev.nacre.filter.Filter;
import dev.nacre.maintain.PurgeRequest;
import dev.nacre.model.AsOf;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.model.Metric;
import dev.nacre.model.Namespace;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Retention;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.search.SearchPlan;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.Sweeping;
import dev.nacre.vector.graph.GraphFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;
import net.jqwik.api.statistics.Statistics;
import org.awaitility.Awaitility;

/**
 * Search of the past against brute force through random histories: inserts, updates, deletes,
 * metadata, purges, dropped namespaces, retention, reopenings and lost index directories. Every
 * moment is searched twice: as it comes, and when the epochs that were asked for are there. The
 * threshold is so low that epochs in memory and epochs with graphs answer.
 */
class EpochHistoryPropertyTest {
  private static final int THRESHOLD = 130;
  private static final int DIMENSION = 9;
  private static final int KEYS = 200;
  private static final String ANSWERS = "answered by";

  /** One step of a history. */
  sealed interface Step {
    /** Writes {@code count} keys from {@code key} on, in as many commits as asked for. */
    record Put(int namespace, int key, int count, int commits, int seed) implements Step {}

    record Delete(int namespace, int key, int count) implements Step {}

    record Describe(int namespace, int key, int colour) implements Step {}

    record Drop(int namespace) implements Step {}

    record Purge(int namespace, int key) implements Step {}

    /** Keeps the last versions only, or everything from now on, and sweeps. */
    record Retain(int namespace, int versions) implements Step {}

    /** Searches at a moment: {@code past} thousandths of all versions ago. */
    record Search(int namespace, int seed, int k, int filter, int past) implements Step {}

    record Reopen(boolean loseIndex) implements Step {}
  }

  @Provide
  Arbitrary<List<Step>> histories() {
    Arbitrary<Integer> namespaces = Arbitraries.of(0, 0, 0, 1);
    Arbitrary<Integer> keys = Arbitraries.integers().between(0, KEYS - 1);
    Arbitrary<Integer> seeds = Arbitraries.integers().between(0, 400);
    Arbitrary<Step> put =
        Combinators.combine(
                namespaces, keys, Arbitraries.of(1, 5, 40, 150), Arbitraries.of(1, 4, 20), seeds)
            .as(Step.Put::new);
    Arbitrary<Step> delete =
        Combinators.combine(namespaces, keys, Arbitraries.of(1, 5, 60)).as(Step.Delete::new);
    Arbitrary<Step> describe =
        Combinators.combine(namespaces, keys, Arbitraries.integers().between(0, 3))
            .as(Step.Describe::new);
    Arbitrary<Step> search =
        Combinators.combine(
                namespaces,
                seeds,
                Arbitraries.of(1, 3, 10, 40, 300),
                Arbitraries.of(0, 0, 0, 1, 2, 3, 4),
                Arbitraries.frequencyOf(
                    Tuple.of(1, Arbitraries.just(0)),
                    Tuple.of(1, Arbitraries.integers().between(1, 100)),
                    Tuple.of(3, Arbitraries.integers().between(1, 1_000))))
            .as(Step.Search::new);
    return Arbitraries.frequencyOf(
            Tuple.of(8, put),
            Tuple.of(2, delete),
            Tuple.of(2, describe),
            Tuple.of(1, Combinators.combine(namespaces, keys).as(Step.Purge::new)),
            Tuple.of(1, namespaces.filter(n -> n == 1).map(Step.Drop::new)),
            Tuple.of(
                1, Combinators.combine(namespaces, Arbitraries.of(0, 1, 3)).as(Step.Retain::new)),
            Tuple.of(14, search),
            Tuple.of(1, Arbitraries.of(true, false).map(Step.Reopen::new)))
        .list()
        .ofMinSize(10)
        .ofMaxSize(45);
  }

  @Property(tries = 20, shrinking = ShrinkingMode.BOUNDED)
  void similarAsOf_anyHistory_asBruteForce(
      @ForAll("histories") List<Step> steps, @ForAll Metric metric) throws IOException {
    Path directory = Files.createTempDirectory("nacre-epochs");
    try (SearchFixture db =
        SearchFixture.of(
            StoreOptions.in(directory)
                .withBlockCacheBytes(4L << 20)
                .withWriteBufferBytes(4L << 20)
                .withSweeping(new Sweeping(Duration.ZERO, Duration.ZERO)),
            new VectorOptions(null, 1L << 20, THRESHOLD))) {
      Run run = new Run(db, metric, directory);
      run.apply(new Step.Put(0, 0, 150, 3, 1));
      run.apply(new Step.Put(0, 30, 150, 20, 2));
      for (Step step : steps) {
        run.apply(step);
      }
      for (int past = 0; past <= 1_000; past += 125) {
        run.apply(new Step.Search(0, 77, 10, 0, past));
      }
    } finally {
      GraphFiles.deleteTree(directory);
    }
    // A test of epochs that none has answered would say nothing.
    Statistics.label(ANSWERS)
        .coverage(
            answers -> {
              answers.check("EPOCH, by its graph").count(count -> count > 0);
              answers.check(SearchPlan.Tier.EPOCH.name()).count(count -> count > 0);
              answers.check(SearchPlan.Tier.EXACT_AS_OF.name()).count(count -> count > 0);
            });
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
        case Step.Purge purge -> purge(purge);
        case Step.Retain retain -> retain(retain);
        case Step.Search search -> search(search);
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
      int commits = Math.min(put.commits, put.count);
      for (int commit = 0; commit < commits; commit++) {
        WriteBatch.Builder batch = WriteBatch.builder();
        for (int i = commit; i < put.count; i += commits) {
          batch.put(
              name(put.namespace),
              key(put.key + i),
              Value.text("v" + put.seed),
              metadata((put.seed + i) % 4),
              Embedding.of(space, vector(put.seed + i)));
        }
        long version = db.commit(batch.build()).version();
        for (int i = commit; i < put.count; i += commits) {
          model.put(
              version,
              name(put.namespace),
              key(put.key + i),
              vector(put.seed + i),
              metadata((put.seed + i) % 4));
        }
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

    private void purge(Step.Purge purge) {
      if (model.hasNamespace(name(purge.namespace))) {
        long version =
            db.store()
                .purge(
                    PurgeRequest.key(name(purge.namespace), key(purge.key)),
                    id -> db.engine().forget(id))
                .version();
        model.touch(version);
        model.purge(name(purge.namespace), key(purge.key));
      }
    }

    private void retain(Step.Retain retain) {
      if (!model.hasNamespace(name(retain.namespace))) {
        return;
      }
      Retention retention =
          retain.versions == 0 ? Retention.all() : Retention.lastVersions(retain.versions);
      NamespaceOptions options = NamespaceOptions.DEFAULT.withRetention(retention);
      model.touch(
          db.commit(WriteBatch.of(new Write.Configure(name(retain.namespace), options))).version());
      var _ = db.store().sweep(() -> false);
    }

    private void search(Step.Search search) {
      long newest = db.store().now().version();
      long version = newest - newest * search.past / 1_000;
      SearchRequest request =
          SearchRequest.byVector(name(search.namespace), vector(search.seed + 5_000))
              .withSpace(space.name())
              .withK(search.k)
              .withAsOf(AsOf.version(version));
      if (search.filter > 0) {
        request = request.withFilter(filter(search.filter));
      }
      check(request, version);
      Awaitility.await()
          .pollInterval(Duration.ofMillis(2))
          .until(() -> db.engine().statistics().buildingGraphs() == 0);
      check(request, version);
    }

    private void check(SearchRequest request, long version) {
      SearchResult result;
      try {
        result = db.engine().similar(request);
      } catch (HistoryDroppedException e) {
        Optional<Namespace> then =
            db.store().namespace(db.store().resolve(AsOf.version(version)), request.namespace());
        if (then.isEmpty() || version >= db.store().oldestReadable(then.get().id())) {
          throw e;
        }
        return;
      }
      model.check(request, result, 0.8);
      Statistics.label(ANSWERS).collect(answer(result));
    }

    private static String answer(SearchResult result) {
      SearchPlan.Tier tier = result.plan().tier();
      return tier == SearchPlan.Tier.EPOCH && !result.exact() ? "EPOCH, by its graph" : tier.name();
    }

    private static Filter filter(int kind) {
      return switch (kind) {
        case 1 -> Filter.eq("colour", 1);
        case 2 -> Filter.not(Filter.exists("colour"));
        case 3 -> Filter.ne("colour", 2);
        default -> Filter.eq("colour", 99);
      };
    }
  }
}
