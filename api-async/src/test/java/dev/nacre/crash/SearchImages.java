package dev.nacre.crash;

import static org.awaitility.Awaitility.await;

import dev.nacre.error.HistoryDroppedException;
import dev.nacre.error.ValidationException;
import dev.nacre.search.SearchPlan;
import dev.nacre.search.SearchRequest;
import dev.nacre.store.Store;
import dev.nacre.store.verify.ViewCheck;
import dev.nacre.testing.ImageChild;
import dev.nacre.testing.ImageViews;
import dev.nacre.testing.OracleModel;
import dev.nacre.testing.OracleWorkload;
import dev.nacre.vector.IndexCheck;
import dev.nacre.vector.VectorEngine;
import dev.nacre.vector.VectorStatistics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** The index of vectors beside a store whose images are made. Thread-safe. */
final class SearchImages implements ImageViews {
  private static final long PAUSE_NANOS = 1_000_000;

  private final AtomicInteger graphSearches = new AtomicInteger();
  private final AtomicInteger indexes = new AtomicInteger();
  private final AtomicInteger exactSearches = new AtomicInteger();

  /** The child. */
  public static void main(String[] arguments) throws Exception {
    ImageChild.run(new SearchImages());
  }

  /** How many searches a graph has answered. */
  int graphSearches() {
    return graphSearches.get();
  }

  /** How many directories had files of an index, whole or not. */
  int indexes() {
    return indexes.get();
  }

  /** How many searches were exact. */
  int exactSearches() {
    return exactSearches.get();
  }

  @Override
  public AutoCloseable follow(Store store, Random random) {
    VectorEngine engine = VectorEngine.open(store, SearchCheck.options());
    AtomicBoolean stopped = new AtomicBoolean();
    CompletableFuture<Void> searching =
        CompletableFuture.runAsync(
            () -> {
              while (!stopped.get()) {
                search(engine, random);
                LockSupport.parkNanos(engine, PAUSE_NANOS);
              }
            },
            task -> Thread.ofPlatform().start(task));
    return () -> {
      stopped.set(true);
      var _ = searching.join();
      engine.close();
    };
  }

  private static void search(VectorEngine engine, Random random) {
    float[] vector = new float[OracleWorkload.SPACES.getFirst().dimension()];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = 0.1f + random.nextFloat();
    }
    try {
      var _ = engine.similar(SearchRequest.byVector(OracleWorkload.VECTORS, vector));
    } catch (ValidationException | HistoryDroppedException e) {
      // Nothing has a vector yet, or any more.
      Thread.onSpinWait();
    }
  }

  /** At once, when what the power cut left is read or given up, and with a graph built again. */
  @Override
  public void compare(Store store, OracleModel model, Random random) {
    if (hasIndex(store.indexDirectory().orElseThrow())) {
      int _ = indexes.incrementAndGet();
    }
    try (VectorEngine engine = VectorEngine.open(store, SearchCheck.options())) {
      SearchCheck.run(store, engine, model, random, this::count);
      int live =
          model
              .liveVectors(
                  OracleWorkload.VECTORS,
                  OracleWorkload.SPACES.getFirst().name(),
                  store.now().instant())
              .size();
      if (live >= SearchCheck.GRAPH_THRESHOLD) {
        await()
            .atMost(Duration.ofSeconds(60))
            .until(
                () -> {
                  VectorStatistics now = engine.statistics();
                  return now.graphs() > 0 && now.buildingGraphs() == 0;
                });
        SearchCheck.run(store, engine, model, random, this::count);
      }
    }
  }

  private static boolean hasIndex(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.anyMatch(Files::isRegularFile);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void count(SearchPlan.Tier tier) {
    int _ =
        tier == SearchPlan.Tier.GRAPH
            ? graphSearches.incrementAndGet()
            : exactSearches.incrementAndGet();
  }

  @Override
  public ViewCheck check() {
    return IndexCheck::run;
  }
}
