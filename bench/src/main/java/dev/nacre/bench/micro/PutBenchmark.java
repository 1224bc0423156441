package dev.nacre.bench.micro;

import dev.nacre.Database;
import dev.nacre.PutRequest;
import dev.nacre.bench.data.Documents;
import dev.nacre.model.Commit;
import dev.nacre.model.Durability;
import dev.nacre.model.Value;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
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
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does a put of 1 KiB cost but for the fsync ({@code Durability.ASYNC}): handing over,
 * grouping, encoding, RocksDB's write and completing?
 *
 * <p>{@code bench/run jmh PutBenchmark}
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
@Threads(8)
public class PutBenchmark {

  /** For JMH. */
  public PutBenchmark() {}

  /** A database that grows. */
  @State(Scope.Benchmark)
  public static class Growing {
    private static final int KEYS = 10_000;

    private final Documents documents = new Documents(1_024, 1 << 10, 1);
    private final AtomicLong number = new AtomicLong();

    /**
     * Whether keys are new ones, or 10,000 over and over, each time moving a version to history.
     */
    @Param({"new", "same"})
    private String keys = "new";

    private Folder folder;
    private Database db;

    /** Makes it. */
    @SuppressWarnings("NullAway.Init") // JMH calls the set-up before anything else.
    public Growing() {}

    /** Opens an empty one. */
    @Setup(Level.Trial)
    public void open() throws IOException {
      folder = Folder.create();
      db = Database.open(folder.path());
    }

    /** Closes and deletes it. */
    @TearDown(Level.Trial)
    public void close() throws IOException {
      db.close();
      folder.close();
    }
  }

  /** One put, waited for. */
  @Benchmark
  public Commit put(Growing growing) {
    long number = growing.number.getAndIncrement();
    long key = growing.keys.equals("new") ? number : number % Growing.KEYS;
    Value value = Value.json(growing.documents.text(number));
    return growing
        .db
        .put(PutRequest.of("bench", "document-" + key, value).withDurability(Durability.ASYNC))
        .join();
  }
}
