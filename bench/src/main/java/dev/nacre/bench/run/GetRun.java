package dev.nacre.bench.run;

import dev.nacre.BatchRequest;
import dev.nacre.Database;
import dev.nacre.DatabaseOptions;
import dev.nacre.bench.data.Documents;
import dev.nacre.bench.raw.RawStore;
import dev.nacre.bench.report.MemoryUse;
import dev.nacre.bench.report.Percentiles;
import dev.nacre.bench.report.Report;
import dev.nacre.model.Commit;
import dev.nacre.model.Durability;
import dev.nacre.model.Value;
import dev.nacre.model.WriteBatch;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/**
 * How long does a get take, beside RocksDB's?
 *
 * <p>Records of 1 KiB. First all of them fit the block cache, which has the same size on both
 * sides: both databases are closed and opened after loading, so that everything is in sorted files,
 * then every key is read once, so that every block is in the cache. Then both are opened with a
 * cache that holds next to nothing, so that a get reads its block from the file (which the
 * operating system has in memory, on both sides). Keys that are not there end each part. One caller
 * asks for random keys, both sides for the same ones in the same order, and takes the value as
 * bytes. Nacre's key is a string, RocksDB's is bytes that are ready.
 */
public final class GetRun {
  private static final double HIT_LIMIT = 1.3;
  private static final double DISK_LIMIT = 2.5;
  private static final int VALUE_BYTES = 1 << 10;
  private static final int BATCH = 1_000;
  private static final long NEXT_TO_NO_CACHE = 1L << 20;
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
  public void run() throws Exception {
    Path rawDirectory = place.directory("get-raw");
    Path directory = place.directory("get-nacre");
    load(rawDirectory, directory);
    report.section("Gets of 1 KiB from the block cache");
    measure(rawDirectory, directory, RawStore.BLOCK_CACHE_BYTES, HIT_LIMIT);
    report.section("Gets of 1 KiB from files");
    measure(rawDirectory, directory, NEXT_TO_NO_CACHE, DISK_LIMIT);
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

  private void measure(Path rawDirectory, Path directory, long cacheBytes, double limit)
      throws Exception {
    DatabaseOptions options =
        DatabaseOptions.builder(directory).blockCacheBytes(cacheBytes).build();
    try (RawStore raw = RawStore.open(rawDirectory, cacheBytes);
        Database db = Database.open(options)) {
      for (int i = 0; i < keys.length; i++) {
        check(i, raw.get(rawKeys[i]));
        check(i, get(db, i));
      }
      int gets = place.scale().gets();
      List<Percentiles> found =
          InTurns.medians(
              place.scale().rounds(),
              seed ->
                  Lookups.round(
                      gets,
                      keys.length,
                      seed,
                      VALUE_BYTES,
                      key -> Objects.requireNonNull(raw.get(rawKeys[key])).length),
              seed ->
                  Lookups.round(gets, keys.length, seed, VALUE_BYTES, key -> get(db, key).length));
      report.latency("RocksDB get", found.getFirst(), "");
      report.latency("Nacre get(namespace, key), future and all", found.getLast(), "");
      report.atMost(
          "get p50, Nacre / RocksDB", found.getLast().p50() / found.getFirst().p50(), limit);
      report.ratio("get p99, Nacre / RocksDB", found.getLast().p99() / found.getFirst().p99());
      absent(raw, db);
      report.row("memory, both open", MemoryUse.now().toString());
    }
  }

  private void absent(RawStore raw, Database db) throws Exception {
    int gets = place.scale().gets();
    List<Percentiles> absent =
        InTurns.medians(
            place.scale().rounds(),
            seed ->
                Lookups.round(
                    gets,
                    keys.length,
                    seed,
                    0,
                    key -> {
                      byte[] there = raw.get(absent(key).getBytes(StandardCharsets.UTF_8));
                      return there == null ? 0 : there.length;
                    }),
            seed ->
                Lookups.round(
                    gets,
                    keys.length,
                    seed,
                    0,
                    key -> db.get(NAMESPACE, absent(key)).join().isPresent() ? 1 : 0));
    report.latency("RocksDB, a key that is not there", absent.getFirst(), "");
    report.latency("Nacre, a key that is not there", absent.getLast(), "");
    report.ratio("absent p50, Nacre / RocksDB", absent.getLast().p50() / absent.getFirst().p50());
  }

  /** Between two keys that are there, so that only a filter knows. */
  private static String absent(int key) {
    return "document-" + key + "x";
  }

  private byte[] get(Database db, int key) {
    return db.get(NAMESPACE, keys[key]).join().orElseThrow().value().orElseThrow().toByteArray();
  }

  private void check(int key, byte @Nullable [] value) {
    if (!Arrays.equals(value, documents.bytes(key))) {
      throw new IllegalStateException("key " + keys[key] + " has another value than was put");
    }
  }
}
