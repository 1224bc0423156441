package dev.nacre.bench.run;

import dev.nacre.Database;
import dev.nacre.PutRequest;
import dev.nacre.bench.data.Documents;
import dev.nacre.bench.raw.RawGroupCommitter;
import dev.nacre.bench.raw.RawStore;
import dev.nacre.bench.report.MemoryUse;
import dev.nacre.bench.report.Report;
import dev.nacre.model.Commit;
import dev.nacre.model.Durability;
import dev.nacre.model.Value;
import dev.nacre.model.WriteBatch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.rocksdb.RocksDBException;

/**
 * How many puts a second, beside RocksDB with group commit?
 *
 * <p>Every caller puts JSON documents of 1 KiB under new keys and waits for each: until it is on
 * stable storage, or until it is written where that is what both sides are asked for. Nacre's
 * callers hand over text, which is checked to be JSON; the baseline's hand over the same bytes.
 * Rounds of both alternate in one pair of databases that keeps growing.
 */
public final class PutRun {
  private static final double LIMIT = .85;
  private static final int BOUND_CALLERS = 64;
  private static final int VALUE_BYTES = 1 << 10;
  private static final int BATCH = 100;
  private static final String NAMESPACE = "bench";

  private final Workplace place;
  private final Report report;
  private final Documents documents = new Documents(4_096, VALUE_BYTES, 1);

  /** Each round's keys are its own. */
  private long round;

  /** A run in {@code place}. */
  public PutRun(Workplace place) {
    this.place = place;
    this.report = place.report();
  }

  /** Measures and prints. */
  public void run() throws IOException, RocksDBException, InterruptedException, ExecutionException {
    report.section("Puts, values of 1 KiB");
    Path rawDirectory = place.directory("put-raw");
    Path directory = place.directory("put-nacre");
    try (RawStore raw = RawStore.open(rawDirectory);
        RawGroupCommitter committer = new RawGroupCommitter(raw);
        Database db = Database.open(directory)) {
      for (int callers : List.of(1, 8, BOUND_CALLERS)) {
        puts(callers, Durability.SYNC, committer, db);
      }
      Callers.Outcome threads =
          Callers.platform(
              BOUND_CALLERS,
              place.scale().round(),
              firstNumber(),
              number -> raw.put(keyBytes(number), documents.bytes(number)));
      report.rate(
          "RocksDB, 64 threads, each its own put (for information)",
          threads.perSecond(),
          threads.latencies());
      puts(BOUND_CALLERS, Durability.ASYNC, committer, db);
      batches(committer, db);
      overwrite(db);
      report.row("memory, both open", MemoryUse.now().toString());
    }
    Workplace.delete(rawDirectory);
    Workplace.delete(directory);
  }

  private void puts(int callers, Durability durability, RawGroupCommitter committer, Database db)
      throws InterruptedException, ExecutionException {
    boolean forced = durability == Durability.SYNC;
    String what =
        (forced ? "" : "asynchronous, ") + (callers == 1 ? "1 caller" : callers + " callers");
    double ratio =
        compare(
            "puts, " + what,
            callers,
            number -> {
              Void _ = committer.put(keyBytes(number), documents.bytes(number), forced).join();
            },
            number -> {
              Commit _ =
                  db.put(
                          PutRequest.of(NAMESPACE, key(number), Value.json(documents.text(number)))
                              .withDurability(durability))
                      .join();
            });
    String label = "puts a second, Nacre / RocksDB, " + what;
    if (forced && callers == BOUND_CALLERS) {
      report.atLeast(label, ratio, LIMIT);
    } else {
      report.ratio(label, ratio);
    }
  }

  private void batches(RawGroupCommitter committer, Database db)
      throws InterruptedException, ExecutionException {
    double ratio =
        compare(
            "batches of 100, 8 callers",
            8,
            number -> {
              byte[][] keys = new byte[BATCH][];
              byte[][] values = new byte[BATCH][];
              for (int i = 0; i < BATCH; i++) {
                keys[i] = keyBytes(number * BATCH + i);
                values[i] = documents.bytes(number * BATCH + i);
              }
              Void _ = committer.put(keys, values, true).join();
            },
            number -> {
              WriteBatch.Builder batch = WriteBatch.builder();
              for (int i = 0; i < BATCH; i++) {
                long each = number * BATCH + i;
                batch.put(NAMESPACE, key(each), Value.json(documents.text(each)));
              }
              Commit _ = db.batch(batch.build()).join();
            });
    report.ratio("batches of 100 a second, Nacre / RocksDB, 8 callers", ratio);
  }

  /** Reports both rates; returns Nacre's over the baseline's. */
  private double compare(String what, int callers, Callers.Call rawCall, Callers.Call call)
      throws InterruptedException, ExecutionException {
    List<Callers.Outcome> raw = new ArrayList<>();
    List<Callers.Outcome> nacre = new ArrayList<>();
    // The first round of each warms up.
    for (int i = 0; i <= place.scale().rounds(); i++) {
      Callers.Outcome ofRaw =
          Callers.virtual(callers, place.scale().round(), firstNumber(), rawCall);
      Callers.Outcome ofNacre =
          Callers.virtual(callers, place.scale().round(), firstNumber(), call);
      if (i > 0) {
        raw.add(ofRaw);
        nacre.add(ofNacre);
      }
    }
    Callers.Outcome base = Callers.Outcome.median(raw);
    Callers.Outcome ours = Callers.Outcome.median(nacre);
    report.rate("RocksDB with group commit, " + what, base.perSecond(), base.latencies());
    report.rate("Nacre, " + what, ours.perSecond(), ours.latencies());
    return ours.perSecond() / base.perSecond();
  }

  /** What a second version of a key costs: the one before moves to the history. */
  private void overwrite(Database db) throws InterruptedException, ExecutionException {
    Callers.Outcome outcome =
        Callers.virtual(
            BOUND_CALLERS,
            place.scale().round(),
            0,
            number -> {
              Commit _ =
                  db.put(NAMESPACE, key(number % 10_000), Value.json(documents.text(number)))
                      .join();
            });
    report.rate(
        "Nacre, 64 callers, 10,000 keys over and over (for information)",
        outcome.perSecond(),
        outcome.latencies());
  }

  private long firstNumber() {
    return round++ * 1_000_000_000L;
  }

  private static String key(long number) {
    return "document-" + number;
  }

  private static byte[] keyBytes(long number) {
    return key(number).getBytes(StandardCharsets.UTF_8);
  }
}
