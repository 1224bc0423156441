package dev.nacre.bench.run;

import dev.nacre.BatchRequest;
import dev.nacre.Database;
import dev.nacre.DatabaseOptions;
import dev.nacre.bench.data.Documents;
import dev.nacre.bench.raw.RawStore;
import dev.nacre.bench.report.Percentiles;
import dev.nacre.bench.report.Report;
import dev.nacre.model.Commit;
import dev.nacre.model.Durability;
import dev.nacre.model.Value;
import dev.nacre.model.WriteBatch;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.rocksdb.RocksDBException;

/**
 * What grows with the number of records? Stores of several sizes are loaded, opened again and asked
 * for random keys, beside RocksDB with the same values and the same cache, which holds the smallest
 * store and a part of the largest.
 */
public final class SizeRun {
  private static final double LIMIT = 2.5;
  private static final double MEMORY_LIMIT = 1.5;
  private static final int VALUE_BYTES = 128;
  private static final int BATCH = 1_000;
  private static final int COMMITS_IN_FLIGHT = 8;
  private static final String NAMESPACE = "bench";

  private final Workplace place;
  private final Report report;
  private final Documents documents = new Documents(4_096, VALUE_BYTES, 1);

  /** A run in {@code place}. */
  public SizeRun(Workplace place) {
    this.place = place;
    this.report = place.report();
  }

  /** Measures and prints. */
  public void run() throws Exception {
    report.section("Stores of growing size, values of 128 bytes");
    long middle = 0;
    long last = 0;
    for (int records : place.scale().sizes()) {
      middle = last;
      last = compare(records);
    }
    if (last > 0 && middle > 0) {
      report.atMost(
          "resident memory, the largest / the one before", (double) last / middle, MEMORY_LIMIT);
    }
  }

  /** Measures one size; returns the memory of a process that reads Nacre. */
  private long compare(int records) throws Exception {
    Path rawDirectory = place.directory("size-raw");
    Path directory = place.directory("size-nacre");
    String size = "%,d records".formatted(records);
    double rawSeconds = seconds(() -> loadRaw(rawDirectory, records));
    double seconds = seconds(() -> load(directory, records));
    report.row(
        "loading " + size + ", batches of 1,000",
        String.format(
            Locale.ROOT,
            "RocksDB %,10.0f /s   Nacre %,10.0f /s   ratio %.2f",
            records / rawSeconds,
            records / seconds,
            rawSeconds / seconds));
    OpenedAlone first = OpenedAlone.measure(directory, records, place.scale().gets());
    OpenedAlone again = OpenedAlone.measure(directory, records, place.scale().gets());
    report.row(
        "opening " + size + " for the first time, and again, in a new process",
        String.format(Locale.ROOT, "%,.0f, %,.0f ms", first.openMillis(), again.openMillis()));
    report.row("memory of a process that reads " + size, again.memory().toString());
    DatabaseOptions options =
        DatabaseOptions.builder(directory).blockCacheBytes(RawStore.BLOCK_CACHE_BYTES).build();
    try (Database db = Database.open(options)) {
      gets(rawDirectory, db, records, size);
    }
    Workplace.delete(rawDirectory);
    Workplace.delete(directory);
    return again.memory().anonymous();
  }

  private void gets(Path rawDirectory, Database db, int records, String size) throws Exception {
    try (RawStore raw = RawStore.open(rawDirectory)) {
      List<Percentiles> rounds =
          InTurns.medians(
              place.scale().rounds(),
              seed ->
                  Lookups.round(
                      place.scale().gets(),
                      records,
                      seed,
                      VALUE_BYTES,
                      key ->
                          Objects.requireNonNull(raw.get(key(key).getBytes(StandardCharsets.UTF_8)))
                              .length),
              seed -> read(db, place.scale().gets(), records, seed));
      Percentiles base = rounds.getFirst();
      Percentiles ours = rounds.getLast();
      report.latency("RocksDB get, " + size, base, "");
      report.latency("Nacre get, " + size, ours, "");
      report.atMost("get p50, Nacre / RocksDB, " + size, ours.p50() / base.p50(), LIMIT);
    }
  }

  /** Reads {@code gets} random keys of a loaded database. */
  static Percentiles read(Database db, int gets, int records, int seed) throws Exception {
    return Lookups.round(
        gets,
        records,
        seed,
        VALUE_BYTES,
        key ->
            db.get(NAMESPACE, key(key))
                .join()
                .orElseThrow()
                .value()
                .orElseThrow()
                .toByteArray()
                .length);
  }

  private void loadRaw(Path directory, int records) throws RocksDBException {
    try (RawStore raw = RawStore.open(directory)) {
      for (int from = 0; from < records; from += BATCH) {
        int first = from;
        byte[][] keys = new byte[Math.min(BATCH, records - from)][];
        for (int i = 0; i < keys.length; i++) {
          keys[i] = key(from + i).getBytes(StandardCharsets.UTF_8);
        }
        raw.load(keys, i -> documents.bytes(first + i), BATCH);
      }
    }
  }

  private void load(Path directory, int records) {
    try (Database db = Database.open(directory)) {
      Queue<CompletableFuture<Commit>> inFlight = new ArrayDeque<>();
      for (int from = 0; from < records; from += BATCH) {
        WriteBatch.Builder batch = WriteBatch.builder();
        for (int i = from; i < Math.min(records, from + BATCH); i++) {
          batch.put(NAMESPACE, key(i), Value.json(documents.text(i)));
        }
        inFlight.add(db.batch(BatchRequest.of(batch.build()).withDurability(Durability.SYNC)));
        if (inFlight.size() >= COMMITS_IN_FLIGHT) {
          Commit _ = inFlight.remove().join();
        }
      }
      inFlight.forEach(
          commit -> {
            Commit _ = commit.join();
          });
    }
  }

  /** Keys of neighbouring numbers lie far apart. */
  private static String key(int number) {
    return "%08x".formatted(Integer.reverse(number));
  }

  /** Something that takes a while. */
  @FunctionalInterface
  private interface Step {
    /** Does it. */
    void take() throws Exception;
  }

  private static double seconds(Step step) throws Exception {
    long begun = System.nanoTime();
    step.take();
    return (System.nanoTime() - begun) / 1e9;
  }
}
