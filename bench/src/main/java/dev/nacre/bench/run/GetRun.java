package dev.nacre.bench.run;

import dev.nacre.BatchRequest;
import dev.nacre.Database;
import dev.nacre.DatabaseOptions;
import dev.nacre.bench.data.Documents;
import dev.nacre.bench.raw.RawStore;
import dev.nacre.bench.report.Latencies;
import dev.nacre.bench.report.MemoryUse;
import dev.nacre.bench.report.Percentiles;
import dev.nacre.bench.report.Report;
import dev.nacre.model.Commit;
import dev.nacre.model.Durability;
import dev.nacre.model.Value;
import dev.nacre.model.WriteBatch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/**
 * How long does a get take, beside RocksDB's?
 *
 * <p>Records of 1 KiB that all fit the block cache, which has the same size on both sides. Both
 * databases are closed and opened after loading, so that everything is in sorted files, then every
 * key is read once, so that every block is in the cache. One caller asks for random keys, both
 * sides for the same ones in the same order, and takes the value as bytes; each call is timed by
 * itself (reading the clock twice costs some 40 ns, on both sides). Nacre's key is a string,
 * RocksDB's is bytes that are ready.
 */
public final class GetRun {
  private static final double LIMIT = 2;
  private static final int VALUE_BYTES = 1 << 10;
  private static final int BATCH = 1_000;
  private static final String NAMESPACE = "bench";

  private final Workplace place;
  private final Report report;
  private final Documents documents = new Documents(4_096, VALUE_BYTES, 1);
  private final String[] keys;
  private final byte[][] rawKeys;

  /** A run in {@code place}. */
  public GetRun(Workplace place) {
    this.place = place;
    this.report = place.report();
    int records = place.scale().records();
    this.keys = new String[records];
    this.rawKeys = new byte[records][];
    for (int i = 0; i < records; i++) {
      keys[i] = "document-" + i;
      rawKeys[i] = keys[i].getBytes(StandardCharsets.UTF_8);
    }
  }

  /** Measures and prints. */
  public void run() throws IOException, RocksDBException {
    report.section("Gets of 1 KiB from the block cache");
    Path rawDirectory = place.directory("get-raw");
    Path directory = place.directory("get-nacre");
    load(rawDirectory, directory);
    DatabaseOptions options =
        DatabaseOptions.builder(directory).blockCacheBytes(RawStore.BLOCK_CACHE_BYTES).build();
    try (RawStore raw = RawStore.open(rawDirectory);
        Database db = Database.open(options)) {
      for (int i = 0; i < keys.length; i++) {
        check(i, raw.get(rawKeys[i]));
        check(i, get(db, i));
      }
      compare(raw, db);
      Percentiles absent = absent(db);
      report.latency("Nacre, a key that is not there (for information)", absent, "");
      report.row("memory, both open", MemoryUse.now().toString());
    }
    Workplace.delete(rawDirectory);
    Workplace.delete(directory);
  }

  private void load(Path rawDirectory, Path directory) throws RocksDBException {
    try (RawStore raw = RawStore.open(rawDirectory)) {
      raw.load(rawKeys, documents::bytes, BATCH);
    }
    try (Database db = Database.open(directory)) {
      for (int from = 0; from < keys.length; from += BATCH) {
        WriteBatch.Builder batch = WriteBatch.builder();
        for (int i = from; i < Math.min(keys.length, from + BATCH); i++) {
          batch.put(NAMESPACE, keys[i], Value.json(documents.text(i)));
        }
        Commit _ = db.batch(BatchRequest.of(batch.build()).withDurability(Durability.ASYNC)).join();
      }
    }
  }

  private void compare(RawStore raw, Database db) throws RocksDBException {
    List<Percentiles> rawRounds = new ArrayList<>();
    List<Percentiles> rounds = new ArrayList<>();
    // Two rounds of each warm up.
    for (int i = -2; i < place.scale().rounds(); i++) {
      Percentiles ofRaw = rawRound(raw, i);
      Percentiles ofNacre = round(db, i);
      if (i >= 0) {
        rawRounds.add(ofRaw);
        rounds.add(ofNacre);
      }
    }
    Percentiles base = Percentiles.median(rawRounds);
    Percentiles ours = Percentiles.median(rounds);
    report.latency("RocksDB get", base, "");
    report.latency("Nacre get(namespace, key), future and all", ours, "");
    report.atMost("get p50, Nacre / RocksDB", ours.p50() / base.p50(), LIMIT);
    report.ratio("get p99, Nacre / RocksDB", ours.p99() / base.p99());
  }

  private Percentiles rawRound(RawStore raw, int seed) throws RocksDBException {
    Random random = new Random(seed);
    Latencies latencies = new Latencies();
    long bytes = 0;
    for (int i = 0; i < place.scale().gets(); i++) {
      int key = random.nextInt(keys.length);
      long before = System.nanoTime();
      byte[] value = raw.get(rawKeys[key]);
      latencies.add(System.nanoTime() - before);
      bytes += value == null ? 0 : value.length;
    }
    checkBytes(bytes);
    return latencies.percentiles();
  }

  private Percentiles round(Database db, int seed) {
    Random random = new Random(seed);
    Latencies latencies = new Latencies();
    long bytes = 0;
    for (int i = 0; i < place.scale().gets(); i++) {
      int key = random.nextInt(keys.length);
      long before = System.nanoTime();
      byte[] value = get(db, key);
      latencies.add(System.nanoTime() - before);
      bytes += value.length;
    }
    checkBytes(bytes);
    return latencies.percentiles();
  }

  private Percentiles absent(Database db) {
    Latencies latencies = new Latencies();
    for (int i = 0; i < place.scale().gets(); i++) {
      String key = "absent-" + i;
      long before = System.nanoTime();
      boolean there = db.get(NAMESPACE, key).join().isPresent();
      latencies.add(System.nanoTime() - before);
      if (there) {
        throw new IllegalStateException("found " + key);
      }
    }
    return latencies.percentiles();
  }

  private byte[] get(Database db, int key) {
    return db.get(NAMESPACE, keys[key]).join().orElseThrow().value().orElseThrow().toByteArray();
  }

  private void check(int key, byte @Nullable [] value) {
    if (!Arrays.equals(value, documents.bytes(key))) {
      throw new IllegalStateException("key " + keys[key] + " has another value than was put");
    }
  }

  private void checkBytes(long bytes) {
    if (bytes != (long) place.scale().gets() * VALUE_BYTES) {
      throw new IllegalStateException("read " + bytes + " bytes in a round");
    }
  }
}
