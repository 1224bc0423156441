package dev.nacre.bench.micro;

import dev.nacre.Database;
import dev.nacre.bench.data.Documents;
import dev.nacre.bench.raw.RawStore;
import dev.nacre.model.Commit;
import dev.nacre.model.Value;
import dev.nacre.model.WriteBatch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.rocksdb.RocksDBException;

/**
 * What does a get of 1 KiB from the block cache cost, through the future, as a whole record and as
 * bytes, beside RocksDB's?
 *
 * <p>{@code bench/run jmh GetBenchmark}
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class GetBenchmark {

  /** For JMH. */
  public GetBenchmark() {}

  /** Both databases, closed and opened after loading, so that everything is in sorted files. */
  @State(Scope.Benchmark)
  public static class Databases {
    private static final int RECORDS = 50_000;
    private static final String NAMESPACE = "bench";

    private final String[] keys = new String[RECORDS];
    private final byte[][] rawKeys = new byte[RECORDS][];
    private Folder folder;
    private Folder rawFolder;
    private Database db;
    private RawStore raw;

    /** Makes them. */
    @SuppressWarnings("NullAway.Init") // JMH calls the set-up before anything else.
    public Databases() {}

    /** Loads both and reads everything once. */
    @Setup(Level.Trial)
    public void open() throws IOException, RocksDBException {
      Documents documents = new Documents(1_024, 1 << 10, 1);
      for (int i = 0; i < RECORDS; i++) {
        keys[i] = "document-" + i;
        rawKeys[i] = keys[i].getBytes(StandardCharsets.UTF_8);
      }
      folder = Folder.create();
      rawFolder = Folder.create();
      try (RawStore loading = RawStore.open(rawFolder.path())) {
        loading.load(rawKeys, documents::bytes, 1_000);
      }
      try (Database loading = Database.open(folder.path())) {
        for (int from = 0; from < RECORDS; from += 1_000) {
          WriteBatch.Builder batch = WriteBatch.builder();
          for (int i = from; i < from + 1_000; i++) {
            batch.put(NAMESPACE, keys[i], Value.json(documents.text(i)));
          }
          Commit _ = loading.batch(batch.build()).join();
        }
      }
      raw = RawStore.open(rawFolder.path());
      db = Database.open(folder.path());
      for (int i = 0; i < RECORDS; i++) {
        if (raw.get(rawKeys[i]) == null || db.get(NAMESPACE, keys[i]).join().isEmpty()) {
          throw new IllegalStateException(keys[i] + " was not stored");
        }
      }
    }

    /** Closes and deletes both. */
    @TearDown(Level.Trial)
    public void close() throws IOException {
      db.close();
      raw.close();
      folder.close();
      rawFolder.close();
    }

    int any() {
      return ThreadLocalRandom.current().nextInt(RECORDS);
    }
  }

  /** RocksDB. */
  @Benchmark
  public Object rocks(Databases databases) throws RocksDBException {
    return java.util.Objects.requireNonNull(databases.raw.get(databases.rawKeys[databases.any()]));
  }

  /** Nacre, the record. */
  @Benchmark
  public Object nacre(Databases databases) {
    return databases.db.get(Databases.NAMESPACE, databases.keys[databases.any()]).join();
  }

  /** Nacre, the value as bytes. */
  @Benchmark
  public byte[] nacreBytes(Databases databases) {
    return databases
        .db
        .get(Databases.NAMESPACE, databases.keys[databases.any()])
        .join()
        .orElseThrow()
        .value()
        .orElseThrow()
        .toByteArray();
  }
}
