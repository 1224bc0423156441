package dev.nacre.bench.run;

import dev.nacre.Database;
import dev.nacre.bench.data.Documents;
import dev.nacre.bench.raw.RawGroupCommitter;
import dev.nacre.bench.raw.RawStore;
import dev.nacre.bench.report.MemoryUse;
import dev.nacre.bench.report.Report;
import dev.nacre.model.Commit;
import dev.nacre.model.Value;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.rocksdb.RocksDBException;

/**
 * How many durable puts a second, beside RocksDB with group commit?
 *
 * <p>Every caller puts JSON documents of 1 KiB under new keys and waits until each is on stable
 * storage. Nacre's callers hand over text, which is checked to be JSON; the baseline's hand over
 * the same bytes. Rounds of both alternate in one pair of databases that keeps growing.
 */
public final class PutRun {
  private static final double LIMIT = .7;
  private static final int BOUND_CALLERS = 64;
  private static final int VALUE_BYTES = 1 << 10;
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
    report.section("Durable puts, values of 1 KiB");
    Path rawDirectory = place.directory("put-raw");
    Path directory = place.directory("put-nacre");
    try (RawStore raw = RawStore.open(rawDirectory);
        RawGroupCommitter committer = new RawGroupCommitter(raw);
        Database db = Database.open(directory)) {
      for (int callers : List.of(1, 8, BOUND_CALLERS)) {
        compare(callers, committer, db);
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
      overwrite(db);
      report.row("memory, both open", MemoryUse.now().toString());
    }
    Workplace.delete(rawDirectory);
    Workplace.delete(directory);
  }

  private void compare(int callers, RawGroupCommitter committer, Database db)
      throws InterruptedException, ExecutionException {
    List<Callers.Outcome> raw = new ArrayList<>();
    List<Callers.Outcome> nacre = new ArrayList<>();
    // The first round of each warms up.
    for (int i = 0; i <= place.scale().rounds(); i++) {
      Callers.Outcome ofRaw =
          Callers.virtual(
              callers,
              place.scale().round(),
              firstNumber(),
              number -> {
                Void _ = committer.put(keyBytes(number), documents.bytes(number)).join();
              });
      Callers.Outcome ofNacre =
          Callers.virtual(
              callers,
              place.scale().round(),
              firstNumber(),
              number -> {
                Commit _ =
                    db.put(NAMESPACE, key(number), Value.json(documents.text(number))).join();
              });
      if (i > 0) {
        raw.add(ofRaw);
        nacre.add(ofNacre);
      }
    }
    Callers.Outcome base = Callers.Outcome.median(raw);
    Callers.Outcome ours = Callers.Outcome.median(nacre);
    String count = callers == 1 ? "1 caller" : callers + " callers";
    report.rate("RocksDB with group commit, " + count, base.perSecond(), base.latencies());
    report.rate("Nacre, " + count, ours.perSecond(), ours.latencies());
    double ratio = ours.perSecond() / base.perSecond();
    String label = "puts a second, Nacre / RocksDB, " + count;
    if (callers == BOUND_CALLERS) {
      report.atLeast(label, ratio, LIMIT);
    } else {
      report.ratio(label, ratio);
    }
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
