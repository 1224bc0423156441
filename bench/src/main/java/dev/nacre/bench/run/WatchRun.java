package dev.nacre.bench.run;

import dev.nacre.BatchRequest;
import dev.nacre.Database;
import dev.nacre.bench.data.Documents;
import dev.nacre.bench.report.MemoryUse;
import dev.nacre.bench.report.Report;
import dev.nacre.feed.ChangeEvent;
import dev.nacre.feed.WatchRequest;
import dev.nacre.model.AsOf;
import dev.nacre.model.Commit;
import dev.nacre.model.Durability;
import dev.nacre.model.Value;
import dev.nacre.model.WriteBatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/** How fast a subscriber that takes everything catches up. */
public final class WatchRun {
  private static final double THOUSAND_A_SECOND_MIN = 200;
  private static final int CHANGES_PER_RECORD = 5;
  private static final int COMMITS_IN_FLIGHT = 256;
  private static final int BATCH = 100;

  private final Workplace place;
  private final Report report;
  private final Documents documents = new Documents(1_000, 1_024, 42);

  /** A run in {@code place}. */
  public WatchRun(Workplace place) {
    this.place = place;
    this.report = place.report();
  }

  /** Measures and reports. */
  public void run() throws IOException {
    report.section("Change feed");
    Path directory = place.directory("watch");
    int changes = CHANGES_PER_RECORD * place.scale().records();
    try (Database db = Database.open(directory)) {
      load(db, "single", changes, 1);
      load(db, "batches", changes, BATCH);
    }
    // Opened again: what was written is in files, as it is when somebody resumes.
    try (Database db = Database.open(directory)) {
      report.atLeast(
          "thousand changes a second, without values, commits of 1",
          catchUp(db, WatchRequest.of("single")),
          THOUSAND_A_SECOND_MIN);
      report.atLeast(
          "thousand changes a second, without values, commits of " + BATCH,
          catchUp(db, WatchRequest.of("batches")),
          THOUSAND_A_SECOND_MIN);
      report.row(
          "thousand changes a second, with records of 1 KiB",
          "%,.1f".formatted(catchUp(db, WatchRequest.of("batches").withRecords())));
      report.row("memory", MemoryUse.now().toString());
    }
    Workplace.delete(directory);
  }

  private void load(Database db, String namespace, int changes, int batch) {
    Queue<CompletableFuture<Commit>> inFlight = new ArrayDeque<>();
    for (int from = 0; from < changes; from += batch) {
      WriteBatch.Builder writes = WriteBatch.builder();
      for (int i = from; i < from + batch; i++) {
        // Every key is written some times: most records of the feed are in the history.
        int key = i % place.scale().records();
        writes.put(namespace, "document-" + key, Value.json(documents.text(i)));
      }
      inFlight.add(db.batch(BatchRequest.of(writes.build()).withDurability(Durability.ASYNC)));
      if (inFlight.size() >= COMMITS_IN_FLIGHT) {
        Commit _ = inFlight.remove().join();
      }
    }
    inFlight.forEach(
        commit -> {
          Commit _ = commit.join();
        });
  }

  /** The median of rounds, in thousand changes a second; the first round warms up. */
  private double catchUp(Database db, WatchRequest request) {
    WatchRequest all = request.withAfter(AsOf.version(0)).withUntil(AsOf.now());
    List<Double> rates = new ArrayList<>();
    for (int i = 0; i <= place.scale().rounds(); i++) {
      Counting counting = new Counting();
      long begun = System.nanoTime();
      db.watch(all).subscribe(counting);
      long events = counting.end.join();
      double rate = events * 1e6 / (System.nanoTime() - begun);
      if (i > 0) {
        rates.add(rate);
      }
    }
    rates.sort(null);
    return rates.get(rates.size() / 2);
  }

  /** Counts and does nothing else. */
  private static final class Counting implements Flow.Subscriber<ChangeEvent> {
    private final CompletableFuture<Long> end = new CompletableFuture<>();
    private long events;

    @Override
    public void onSubscribe(Flow.Subscription given) {
      given.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(ChangeEvent event) {
      events++;
    }

    @Override
    public void onError(Throwable failure) {
      end.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      end.complete(events);
    }
  }
}
