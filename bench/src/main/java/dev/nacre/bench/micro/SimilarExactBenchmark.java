package dev.nacre.bench.micro;

import dev.nacre.BatchRequest;
import dev.nacre.Database;
import dev.nacre.DatabaseOptions;
import dev.nacre.bench.data.CacheFolder;
import dev.nacre.bench.data.Collection;
import dev.nacre.bench.data.Dataset;
import dev.nacre.bench.data.Datasets;
import dev.nacre.model.Commit;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.WriteBatch;
import dev.nacre.search.SearchResult;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does comparing every vector of 384 dimensions cost, by provider and number of vectors?
 *
 * <p>{@code bench/run jmh SimilarExactBenchmark}
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SimilarExactBenchmark {

  /** For JMH. */
  public SimilarExactBenchmark() {}

  /** A database without a graph. */
  @State(Scope.Benchmark)
  public static class Loaded {
    private static final String NAMESPACE = "bench";

    /** Who computes. */
    @Param({"scalar", "simd"})
    private String provider = "simd";

    /** Among how many. */
    @Param({"1000", "10000", "50000"})
    private int vectors;

    private Folder folder;
    private Database db;
    private Dataset data;
    private int next;

    /** Makes it. */
    @SuppressWarnings("NullAway.Init") // JMH calls the set-up before anything else.
    public Loaded() {}

    /** Loads clustered vectors. */
    @Setup(Level.Trial)
    public void open() throws IOException {
      folder = Folder.create();
      data = new Datasets(new Collection(CacheFolder.ofUser())).get("clustered-" + vectors);
      db =
          Database.open(
              DatabaseOptions.builder(folder.path())
                  .similarity(provider)
                  .graphThreshold(Integer.MAX_VALUE)
                  .build());
      for (int from = 0; from < vectors; from += 1_000) {
        WriteBatch.Builder batch = WriteBatch.builder();
        for (int i = from; i < from + 1_000; i++) {
          batch.embed(NAMESPACE, data.base().keys().get(i), Embedding.of(data.base().rows()[i]));
        }
        Commit _ = db.batch(BatchRequest.of(batch.build()).withDurability(Durability.ASYNC)).join();
      }
    }

    /** Closes and deletes it. */
    @TearDown(Level.Trial)
    public void close() throws IOException {
      db.close();
      folder.close();
    }

    float[] query() {
      next = (next + 1) % data.queries().size();
      return data.queries().rows()[next];
    }
  }

  /** The ten nearest. */
  @Benchmark
  public SearchResult similar(Loaded loaded) {
    return loaded.db.similar(Loaded.NAMESPACE, loaded.query()).join();
  }
}
