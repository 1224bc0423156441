package dev.nacre.bench.run;

import dev.nacre.BatchRequest;
import dev.nacre.Database;
import dev.nacre.DatabaseOptions;
import dev.nacre.bench.data.Documents;
import dev.nacre.bench.raw.RawStore;
import dev.nacre.bench.report.Latencies;
import dev.nacre.bench.report.Percentiles;
import dev.nacre.bench.report.Report;
import dev.nacre.model.Commit;
import dev.nacre.model.Durability;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.WriteBatch;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.rocksdb.RocksDBException;

/**
 * How fast are all records of a namespace read in the order of their keys, beside a RocksDB
 * iterator that takes every key and value?
 */
public final class ScanRun {
  private static final double LIMIT = .7;
  private static final int VALUE_BYTES = 1 << 10;
  private static final int BATCH = 1_000;
  private static final String NAMESPACE = "bench";

  /** A scan lasts a tenth of a second: of so many the first are still being compiled. */
  private static final int SCANS = 4;

  private final Workplace place;
  private final Report report;
  private final Documents documents = new Documents(4_096, VALUE_BYTES, 1);

  /** A run in {@code place}. */
  public ScanRun(Workplace place) {
    this.place = place;
    this.report = place.report();
  }

  /** Measures and prints. */
  public void run() throws Exception {
    report.section("Scan of all records, 1 KiB each");
    Path rawDirectory = place.directory("scan-raw");
    Path directory = place.directory("scan-nacre");
    load(rawDirectory, directory);
    int records = place.scale().records();
    DatabaseOptions options =
        DatabaseOptions.builder(directory).blockCacheBytes(RawStore.BLOCK_CACHE_BYTES).build();
    try (RawStore raw = RawStore.open(rawDirectory);
        Database db = Database.open(options)) {
      List<Percentiles> rounds =
          InTurns.medians(
              SCANS * place.scale().rounds(), _ -> timed(raw::scan), _ -> timed(() -> scan(db)));
      double base = records / rounds.getFirst().p50() * 1e6;
      double ours = records / rounds.getLast().p50() * 1e6;
      report.row("RocksDB iterator", String.format(Locale.ROOT, "%,10.0f records/s", base));
      report.row("Nacre scan, as a stream", String.format(Locale.ROOT, "%,10.0f records/s", ours));
      report.atLeast("records a second, Nacre / RocksDB", ours / base, LIMIT);
    }
    Workplace.delete(rawDirectory);
    Workplace.delete(directory);
  }

  private void load(Path rawDirectory, Path directory) throws RocksDBException {
    int records = place.scale().records();
    byte[][] rawKeys = new byte[records][];
    try (Database db = Database.open(directory)) {
      for (int from = 0; from < records; from += BATCH) {
        WriteBatch.Builder batch = WriteBatch.builder();
        for (int i = from; i < Math.min(records, from + BATCH); i++) {
          String key = "document-" + i;
          rawKeys[i] = key.getBytes(StandardCharsets.UTF_8);
          batch.put(NAMESPACE, key, Value.json(documents.text(i)));
        }
        Commit _ = db.batch(BatchRequest.of(batch.build()).withDurability(Durability.ASYNC)).join();
      }
    }
    try (RawStore raw = RawStore.open(rawDirectory)) {
      raw.load(rawKeys, documents::bytes, BATCH);
    }
  }

  /** A whole scan. */
  @FunctionalInterface
  private interface Scan {
    /** The bytes of all values. */
    long bytes() throws Exception;
  }

  private Percentiles timed(Scan scan) throws Exception {
    Latencies latencies = new Latencies();
    long before = System.nanoTime();
    long bytes = scan.bytes();
    latencies.add(System.nanoTime() - before);
    if (bytes != (long) place.scale().records() * VALUE_BYTES) {
      throw new IllegalStateException("scanned " + bytes + " bytes");
    }
    return latencies.percentiles();
  }

  private static long scan(Database db) {
    Summing summing = new Summing();
    db.scan(ScanRequest.of(NAMESPACE)).subscribe(summing);
    return summing.end.join();
  }

  /** Takes every value as bytes. */
  private static final class Summing implements Flow.Subscriber<VersionedRecord> {
    private final CompletableFuture<Long> end = new CompletableFuture<>();
    private long bytes;

    @Override
    public void onSubscribe(Flow.Subscription given) {
      given.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(VersionedRecord record) {
      bytes += record.value().orElseThrow().toByteArray().length;
    }

    @Override
    public void onError(Throwable failure) {
      end.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      end.complete(bytes);
    }
  }
}
