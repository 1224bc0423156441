package dev.nacre.bench.run;

import dev.nacre.BatchRequest;
import dev.nacre.Database;
import dev.nacre.DatabaseOptions;
import dev.nacre.GetRequest;
import dev.nacre.bench.data.Documents;
import dev.nacre.bench.raw.RawStore;
import dev.nacre.bench.report.Percentiles;
import dev.nacre.bench.report.Report;
import dev.nacre.model.AsOf;
import dev.nacre.model.Commit;
import dev.nacre.model.Durability;
import dev.nacre.model.Value;
import dev.nacre.model.WriteBatch;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.rocksdb.RocksDBException;

/**
 * How long does a get as of an earlier version take, and does it grow with how often the record was
 * written?
 *
 * <p>1,000 keys are written 1, 10 and 1,000 times each, and asked for as of a random one of their
 * versions. Beside it stands what nobody can do without: a RocksDB get of the newest row, and a
 * seek in a family of older rows whose keys end in the version, newest first. Both sides have
 * caches that hold everything.
 */
public final class AsOfRun {
  private static final double LIMIT = 1.3;
  private static final int KEYS = 1_000;
  private static final int VALUE_BYTES = 256;
  private static final long CACHE_BYTES = 1L << 30;
  private static final String NAMESPACE = "bench";

  private final Workplace place;
  private final Report report;
  private final Documents documents = new Documents(4_096, VALUE_BYTES, 3);
  private final String[] keys = new String[KEYS];
  private final byte[][] rawKeys = new byte[KEYS][];

  /** A run in {@code place}. */
  public AsOfRun(Workplace place) {
    this.place = place;
    this.report = place.report();
    for (int i = 0; i < KEYS; i++) {
      keys[i] = "document-" + i;
      rawKeys[i] = keys[i].getBytes(StandardCharsets.UTF_8);
    }
  }

  /** Measures and prints. */
  public void run() throws Exception {
    report.section("Gets as of an earlier version, 1,000 keys");
    for (int depth : List.of(1, 10, place.scale().depth())) {
      compare(depth);
    }
  }

  private void compare(int depth) throws Exception {
    Path rawDirectory = place.directory("asof-raw");
    Path directory = place.directory("asof-nacre");
    DatabaseOptions options =
        DatabaseOptions.builder(directory).blockCacheBytes(CACHE_BYTES).build();
    load(rawDirectory, options, depth);
    int gets = place.scale().gets();
    try (RawStore raw = RawStore.open(rawDirectory, CACHE_BYTES);
        Database db = Database.open(options)) {
      List<Percentiles> rounds =
          InTurns.medians(
              place.scale().rounds(),
              seed -> {
                SplittableRandom versions = new SplittableRandom(seed);
                return Lookups.round(
                    gets,
                    KEYS,
                    seed,
                    VALUE_BYTES,
                    key -> raw(raw, key, 1 + versions.nextInt(depth)));
              },
              seed -> {
                SplittableRandom versions = new SplittableRandom(seed);
                return Lookups.round(
                    gets,
                    KEYS,
                    seed,
                    VALUE_BYTES,
                    key -> nacre(db, key, 1 + versions.nextInt(depth)));
              });
      Percentiles base = rounds.getFirst();
      Percentiles ours = rounds.getLast();
      String times = depth == 1 ? "1 version" : "%,d versions".formatted(depth);
      report.latency("RocksDB get and seek, " + times + " of each key", base, "");
      report.latency("Nacre get as of, " + times + " of each key", ours, "");
      report.atMost("p50, Nacre / RocksDB, " + times, ours.p50() / base.p50(), LIMIT);
    }
    Workplace.delete(rawDirectory);
    Workplace.delete(directory);
  }

  /** Version {@code v} writes every key, on both sides. */
  private void load(Path rawDirectory, DatabaseOptions options, int depth) throws RocksDBException {
    try (RawStore raw = RawStore.open(rawDirectory, CACHE_BYTES);
        Database db = Database.open(options)) {
      for (int version = 1; version <= depth; version++) {
        int first = version;
        WriteBatch.Builder batch = WriteBatch.builder();
        byte[][] versioned = new byte[KEYS][];
        for (int i = 0; i < KEYS; i++) {
          batch.put(NAMESPACE, keys[i], Value.json(documents.text(first + i)));
          versioned[i] = versioned(i, version);
        }
        raw.loadHistory(versioned, i -> documents.bytes(first + i));
        Commit _ = db.batch(BatchRequest.of(batch.build()).withDurability(Durability.ASYNC)).join();
      }
      raw.load(rawKeys, i -> documents.bytes(depth + i), KEYS);
    }
  }

  private int raw(RawStore raw, int key, int version) throws RocksDBException {
    byte[] newest = Objects.requireNonNull(raw.get(rawKeys[key]));
    byte[] found = raw.seekHistory(versioned(key, version));
    // Both are used, or a compiler might leave one away.
    return newest.length == VALUE_BYTES && found != null ? found.length : 0;
  }

  private int nacre(Database db, int key, int version) {
    return db.get(GetRequest.of(NAMESPACE, keys[key]).withAsOf(AsOf.version(version)))
        .join()
        .orElseThrow()
        .value()
        .orElseThrow()
        .toByteArray()
        .length;
  }

  /** Newest first: a seek to a version finds it, or the next older one. */
  private byte[] versioned(int key, long version) {
    byte[] name = rawKeys[key];
    return ByteBuffer.allocate(name.length + 1 + Long.BYTES)
        .put(name)
        .put((byte) 0)
        .putLong(~version)
        .array();
  }
}
