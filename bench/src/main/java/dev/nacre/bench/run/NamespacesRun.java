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
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;

/**
 * Does a get take longer when there are many namespaces? A namespace of records is read before many
 * others are created and written, after, after half of them were deleted, and after opening again.
 */
public final class NamespacesRun {
  private static final double LIMIT = 1.15;
  private static final int RECORDS = 10_000;
  private static final int VALUE_BYTES = 1 << 10;
  private static final int COMMITS_IN_FLIGHT = 1_024;
  private static final String NAMESPACE = "bench";

  private final Workplace place;
  private final Report report;
  private final Documents documents = new Documents(4_096, VALUE_BYTES, 1);

  /** A run in {@code place}. */
  public NamespacesRun(Workplace place) {
    this.place = place;
    this.report = place.report();
  }

  /** Measures and prints. */
  public void run() throws Exception {
    int namespaces = place.scale().namespaces();
    report.section("%,d namespaces".formatted(namespaces));
    Path directory = place.directory("namespaces");
    DatabaseOptions options =
        DatabaseOptions.builder(directory).blockCacheBytes(RawStore.BLOCK_CACHE_BYTES).build();
    double before;
    try (Database db = Database.open(options)) {
      WriteBatch.Builder records = WriteBatch.builder();
      for (int i = 0; i < RECORDS; i++) {
        records.put(NAMESPACE, "document-" + i, Value.json(documents.text(i)));
      }
      Commit _ = db.batch(records.build()).join();
    }
    // Opened again before each measurement: the records are in sorted files then.
    try (Database db = Database.open(options)) {
      before = gets(db, "alone", 0);
      each(
          "created and written",
          namespaces,
          i ->
              db.batch(
                  BatchRequest.of(
                          WriteBatch.builder()
                              .put("agent-" + i, "name", Value.json("\"agent " + i + "\""))
                              .build())
                      .withDurability(Durability.ASYNC)));
      report.row("memory", MemoryUse.now().toString());
    }
    try (Database db = Database.open(options)) {
      double _ = gets(db, "beside them", before);
      each("deleted", namespaces / 2, i -> db.deleteNamespace("agent-" + 2 * i));
    }
    long opened = System.nanoTime();
    try (Database db = Database.open(options)) {
      report.row(
          "opening", String.format(Locale.ROOT, "%,.0f ms", (System.nanoTime() - opened) / 1e6));
      double _ = gets(db, "half of them deleted", before);
      report.row("memory", MemoryUse.now().toString());
    }
    Workplace.delete(directory);
  }

  private void each(String what, int count, IntFunction<CompletableFuture<Commit>> call) {
    long begun = System.nanoTime();
    Queue<CompletableFuture<Commit>> inFlight = new ArrayDeque<>();
    for (int i = 0; i < count; i++) {
      inFlight.add(call.apply(i));
      if (inFlight.size() >= COMMITS_IN_FLIGHT) {
        Commit _ = inFlight.remove().join();
      }
    }
    inFlight.forEach(
        commit -> {
          Commit _ = commit.join();
        });
    double seconds = (System.nanoTime() - begun) / 1e9;
    report.row(
        "%,d %s".formatted(count, what), String.format(Locale.ROOT, "%,10.0f /s", count / seconds));
  }

  private double gets(Database db, String state, double before) throws Exception {
    Percentiles gets =
        InTurns.medians(
                place.scale().rounds(),
                seed ->
                    Lookups.round(
                        place.scale().gets(),
                        RECORDS,
                        seed,
                        VALUE_BYTES,
                        key ->
                            db.get(NAMESPACE, "document-" + key)
                                .join()
                                .orElseThrow()
                                .value()
                                .orElseThrow()
                                .toByteArray()
                                .length))
            .getFirst();
    report.latency("get, " + state, gets, "");
    if (before > 0) {
      report.atMost("get p50, " + state + " / alone", gets.p50() / before, LIMIT);
    }
    return gets.p50();
  }
}
