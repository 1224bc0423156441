package dev.nacre.bench.run;

import dev.nacre.Database;
import dev.nacre.DatabaseOptions;
import dev.nacre.bench.data.Dataset;
import dev.nacre.bench.data.TextRow;
import dev.nacre.bench.data.Vectors;
import dev.nacre.bench.report.Report;
import dev.nacre.model.AsOf;
import dev.nacre.model.Embedding;
import dev.nacre.model.WriteBatch;
import dev.nacre.search.Hit;
import dev.nacre.search.SearchPlan;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * How long does a search of the past take after every key was overwritten ten times, and what does
 * it find, beside a search of the present?
 *
 * <p>The dataset is cut into eleven parts: the first is stored under as many keys, each further one
 * overwrites them in another random order, a hundred keys a commit. Then the ten nearest are
 * searched as of random moments: exactly, from storage, until the epoch of the moment is there.
 * Then present and past in turns, by the same queries.
 */
public final class AsOfSearchRun {
  private static final int K = 10;
  private static final int ROUNDS = 10;
  private static final int BATCH = 100;
  private static final int MOMENTS = 20;

  /** Smaller spaces get no epochs. */
  private static final int KEYS_MIN = 100;

  private static final double RECALL = .98;
  private static final double LIMIT = 2;
  private static final int GRAPH_THRESHOLD = 20_000;
  private static final Duration BUILD_MAX = Duration.ofMinutes(60);
  private static final Duration POLL = Duration.ofMillis(20);

  private final Workplace place;
  private final Report report;
  private final Dataset data;
  private final int keys;
  private final int queries;

  /** Of each commit, in order: its version, and the rows that it wrote, by key. */
  private final List<Written> commits = new ArrayList<>();

  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Written(long version, int[] keys, int part) {}

  /** A run over {@code data}. */
  public AsOfSearchRun(Workplace place, Dataset data) {
    this.place = place;
    this.report = place.report();
    this.data = data;
    this.keys = data.base().size() / (ROUNDS + 1);
    if (keys < KEYS_MIN) {
      throw new IllegalArgumentException(
          data.name()
              + " has "
              + data.base().size()
              + " vectors; at least "
              + KEYS_MIN
              + " times "
              + (ROUNDS + 1)
              + " are needed");
    }
    this.queries = Math.min(Math.max(1, place.scale().queries() / 5), data.queries().size());
    report.section(
        String.format(
            Locale.ROOT,
            "Ten nearest among %,d of %d dimensions, as of moments of tenfold churn, %s",
            keys,
            data.base().dimension(),
            data.name()));
  }

  /** Measures and prints. */
  public void run() throws Exception {
    Path directory = place.directory("as-of-search");
    int threshold = Math.min(GRAPH_THRESHOLD, Math.max(1, keys / 2));
    try (Database db =
        Database.open(DatabaseOptions.builder(directory).graphThreshold(threshold).build())) {
      Random random = new Random(20);
      report.progress("writing, and overwriting ten times");
      write(db, random);
      awaitGraph(db);
      List<Searches.Outcome> present = new ArrayList<>();
      List<Searches.Outcome> past = new ArrayList<>();
      List<Double> building = new ArrayList<>();
      List<Double> exact = new ArrayList<>();
      Truth now = truth(commits.getLast().version);
      int loaded = keys / BATCH + 1;
      for (int i = 0; i < MOMENTS; i++) {
        long version = commits.get(loaded + random.nextInt(commits.size() - loaded - 1)).version;
        report.progress("moment " + (i + 1) + " of " + MOMENTS);
        moment(db, version, now, present, past, building, exact);
      }
      report(present, past, building, exact);
    }
    Workplace.delete(directory);
  }

  private void moment(
      Database db,
      long version,
      Truth now,
      List<Searches.Outcome> present,
      List<Searches.Outcome> past,
      List<Double> building,
      List<Double> exact)
      throws Exception {
    AsOf then = AsOf.version(version);
    long begun = System.nanoTime();
    SearchResult first = db.similar(request(0).withAsOf(then)).join();
    if (first.plan().tier() == SearchPlan.Tier.EXACT_AS_OF) {
      exact.add((System.nanoTime() - begun) / 1e6);
      awaitEpoch(db, then);
      building.add((System.nanoTime() - begun) / 1e9);
    }
    Truth truth = truth(version);
    for (int round = -1; round < place.scale().rounds(); round++) {
      Searches.Outcome ofNow =
          Searches.round(queries, now, number -> keys(db.similar(request(number)).join()));
      Searches.Outcome ofThen =
          Searches.round(
              queries, truth, number -> keys(db.similar(request(number).withAsOf(then)).join()));
      // The first round of each warms up.
      if (round >= 0) {
        present.add(ofNow);
        past.add(ofThen);
      }
    }
  }

  private void report(
      List<Searches.Outcome> present,
      List<Searches.Outcome> past,
      List<Double> building,
      List<Double> exact) {
    Searches.Outcome ofNow = Searches.Outcome.median(present);
    Searches.Outcome ofThen = Searches.Outcome.median(past);
    double mean = past.stream().mapToDouble(Searches.Outcome::recall).average().orElse(0);
    double least = past.stream().mapToDouble(Searches.Outcome::recall).min().orElse(0);
    report.row(
        "from storage, before there is an epoch (median of " + exact.size() + ")",
        String.format(Locale.ROOT, "%.1f ms", median(exact)));
    report.row(
        "an epoch is there after (median of " + building.size() + ")",
        String.format(Locale.ROOT, "%.1f s", median(building)));
    report.latency(
        "present", ofNow.latencies(), String.format(Locale.ROOT, "recall %.4f", ofNow.recall()));
    report.latency(
        "as of " + MOMENTS + " moments",
        ofThen.latencies(),
        String.format(Locale.ROOT, "recall %.4f, least of a moment %.4f", mean, least));
    report.atLeast("recall as of random moments after tenfold churn", mean, RECALL);
    report.atMost(
        "search p50, past / present", ofThen.latencies().p50() / ofNow.latencies().p50(), LIMIT);
  }

  private static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return sorted.length == 0 ? 0 : sorted[sorted.length / 2];
  }

  private void write(Database db, Random random) {
    List<Integer> order = new ArrayList<>(IntStream.range(0, keys).boxed().toList());
    for (int part = 0; part <= ROUNDS; part++) {
      for (int from = 0; from < keys; from += BATCH) {
        int[] written =
            order.subList(from, Math.min(keys, from + BATCH)).stream().mapToInt(i -> i).toArray();
        WriteBatch.Builder batch = WriteBatch.builder();
        for (int key : written) {
          int row = part * keys + key;
          TextRow text = data.rows().get(row);
          batch.put(
              NacreLoad.NAMESPACE,
              "key" + key,
              text.value(),
              text.metadata(),
              Embedding.of(data.base().rows()[row]));
        }
        commits.add(new Written(db.batch(batch.build()).join().version(), written, part));
      }
      Collections.shuffle(order, random);
    }
  }

  /** What is right as of a version. */
  private Truth truth(long version) {
    int[] part = new int[keys];
    Arrays.fill(part, -1);
    for (Written written : commits) {
      if (written.version <= version) {
        for (int key : written.keys) {
          part[key] = written.part;
        }
      }
    }
    List<String> names = new ArrayList<>();
    List<float[]> rows = new ArrayList<>();
    for (int key = 0; key < keys; key++) {
      if (part[key] >= 0) {
        names.add("key" + key);
        rows.add(data.base().rows()[part[key] * keys + key]);
      }
    }
    Vectors live = new Vectors(data.base().dimension(), names, rows.toArray(float[][]::new));
    return new Truth(live, data.queries().slice(0, queries), K, row -> true);
  }

  private void awaitGraph(Database db) throws TimeoutException {
    await(
        () -> db.similar(request(0)).join().plan().tier() == SearchPlan.Tier.GRAPH,
        "the graph of the present");
    await(
        () -> {
          var search = db.stats().join().search();
          return search != null && search.buildingGraphs() == 0;
        },
        "the graph of the present");
  }

  private void awaitEpoch(Database db, AsOf then) throws TimeoutException {
    await(
        () -> db.similar(request(0).withAsOf(then)).join().plan().tier() == SearchPlan.Tier.EPOCH,
        "an epoch");
  }

  private static void await(BooleanSupplier done, String what) throws TimeoutException {
    long end = System.nanoTime() + BUILD_MAX.toNanos();
    while (!done.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new TimeoutException(what + " is not there after " + BUILD_MAX);
      }
      // Nothing tells when a build ends.
      LockSupport.parkNanos(POLL.toNanos());
    }
  }

  private static List<String> keys(SearchResult result) {
    return result.hits().stream().map(Hit::key).toList();
  }

  private SearchRequest request(int number) {
    return SearchRequest.byVector(NacreLoad.NAMESPACE, data.queries().rows()[number]).withK(K);
  }
}
