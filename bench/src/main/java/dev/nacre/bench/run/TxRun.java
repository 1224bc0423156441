package dev.nacre.bench.run;

import dev.nacre.Database;
import dev.nacre.PutRequest;
import dev.nacre.TransactionOptions;
import dev.nacre.TransactionResult;
import dev.nacre.bench.report.Report;
import dev.nacre.model.Commit;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many durable transactions a second, each reading and writing two counters?
 *
 * <p>64 callers choose their counters among many (they hardly meet), among a hundred, and always
 * the same one. Beside them plain puts to the same keys, and puts that carry an idempotency key.
 */
public final class TxRun {
  private static final int CALLERS = 64;
  private static final String NAMESPACE = "counters";

  private final Workplace place;
  private final Report report;

  /** A run in {@code place}. */
  public TxRun(Workplace place) {
    this.place = place;
    this.report = place.report();
  }

  /** Measures and prints. */
  public void run() throws IOException, InterruptedException, ExecutionException {
    report.section("Durable transactions, 64 callers, two counters read and written");
    Path directory = place.directory("tx-nacre");
    try (Database db = Database.open(directory)) {
      Callers.Outcome puts = measured(number -> put(db, number, CommitAttributes.NONE));
      report.rate("plain puts, for comparison", puts.perSecond(), puts.latencies());
      AtomicLong key = new AtomicLong();
      Callers.Outcome named =
          measured(
              number ->
                  put(
                      db,
                      number,
                      CommitAttributes.NONE.withIdempotencyKey("k" + key.incrementAndGet())));
      report.rate("puts with an idempotency key", named.perSecond(), named.latencies());
      report.ratio("with / without a key", named.perSecond() / puts.perSecond());
      transactions(db, "among 100,000", 100_000);
      transactions(db, "among 100", 100);
      transactions(db, "always the same", 1);
    }
    Workplace.delete(directory);
  }

  private void transactions(Database db, String which, int counters)
      throws InterruptedException, ExecutionException {
    AtomicLong attempts = new AtomicLong();
    AtomicLong done = new AtomicLong();
    Callers.Outcome outcome =
        measured(
            _ -> {
              TransactionResult<Integer> result = increment(db, counters);
              attempts.addAndGet(result.attempts());
              done.incrementAndGet();
            });
    report.rate("counters " + which, outcome.perSecond(), outcome.latencies());
    report.row(
        "attempts for each",
        String.format(Locale.ROOT, "%.2f", (double) attempts.get() / done.get()));
  }

  /** The first round warms up. */
  private Callers.Outcome measured(Callers.Call call)
      throws InterruptedException, ExecutionException {
    List<Callers.Outcome> rounds = new ArrayList<>();
    for (int i = 0; i <= place.scale().rounds(); i++) {
      Callers.Outcome round = Callers.virtual(CALLERS, place.scale().round(), 0, call);
      if (i > 0) {
        rounds.add(round);
      }
    }
    return Callers.Outcome.median(rounds);
  }

  private static void put(Database db, long number, CommitAttributes attributes) {
    Commit _ =
        db.put(
                PutRequest.of(NAMESPACE, "n" + number % 100_000, Value.json(Long.toString(number)))
                    .withAttributes(attributes))
            .join();
  }

  private static TransactionResult<Integer> increment(Database db, int counters) {
    String one = "n" + ThreadLocalRandom.current().nextInt(counters);
    String other = "m" + ThreadLocalRandom.current().nextInt(counters);
    return db.transaction(
            TransactionOptions.DEFAULT.withAttempts(TransactionOptions.ATTEMPTS_MAX),
            transaction ->
                transaction
                    .getAll(NAMESPACE, List.of(one, other))
                    .thenApply(
                        records -> {
                          int left = 1 + number(records.getFirst());
                          int right = 1 + number(records.getLast());
                          transaction.put(NAMESPACE, one, Value.json(Integer.toString(left)));
                          transaction.put(NAMESPACE, other, Value.json(Integer.toString(right)));
                          return left;
                        }))
        .join();
  }

  private static int number(Optional<VersionedRecord> record) {
    return record
        .flatMap(VersionedRecord::value)
        .map(value -> Integer.parseInt(value.asString()))
        .orElse(0);
  }
}
