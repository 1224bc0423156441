package dev.nacre.bench.run;

import dev.nacre.Database;
import dev.nacre.DatabaseOptions;
import dev.nacre.DatabaseStats;
import dev.nacre.bench.data.Dataset;
import dev.nacre.bench.raw.RawIndex;
import dev.nacre.bench.report.MemoryUse;
import dev.nacre.bench.report.Report;
import dev.nacre.filter.Filter;
import dev.nacre.model.AsOf;
import dev.nacre.search.Hit;
import dev.nacre.search.SearchPlan;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How long does a search of the ten nearest take at recall 0.99, beside Lucene's HNSW?
 *
 * <p>Lucene's effort is the smallest tried that reaches the recall; its time ends when the keys of
 * the hits are read. Nacre's effort is its own; its time ends when the future hands over the hits
 * with their whole records. One caller, rounds of both in turns, over the same queries.
 */
public final class SearchRun {
  private static final int K = 10;
  private static final double RECALL = .99;
  private static final double LIMIT = 1.3;

  /** Where the limits count; elsewhere the same figures are for information. */
  private static final String BOUND_DATASET = "real-100k";

  private static final List<Integer> EFFORTS =
      List.of(10, 15, 20, 30, 40, 50, 60, 70, 80, 90, 100, 120, 150, 200, 300, 500, 800, 1_200);
  private static final List<Double> FILTERS = List.of(.08, .01);

  private final Workplace place;
  private final Report report;
  private final Dataset data;
  private final Truth truth;
  private final int queries;

  /** A run over {@code data}; computes the right answers. */
  public SearchRun(Workplace place, Dataset data) {
    this.place = place;
    this.report = place.report();
    this.data = data;
    this.queries = Math.min(place.scale().queries(), data.queries().size());
    report.section(
        String.format(
            Locale.ROOT,
            "Ten nearest among %,d of %d dimensions, %s",
            data.base().size(),
            data.base().dimension(),
            data.name()));
    report.progress("comparing every query with every vector");
    this.truth = new Truth(data.base(), data.queries(), K, row -> true);
  }

  /** Measures and prints. */
  public void run() throws Exception {
    Path rawDirectory = place.directory("search-raw");
    Path directory = place.directory("search-nacre");
    report.progress("building Lucene's graph");
    long begun = System.nanoTime();
    try (RawIndex raw = RawIndex.build(rawDirectory, data.base(), data.rows())) {
      report.row("Lucene, graph built on one thread", seconds(begun));
      int effort = effort(raw, RECALL);
      exact(directory);
      graph(directory, raw, effort);
    }
    Workplace.delete(rawDirectory);
    Workplace.delete(directory);
  }

  /** The smallest effort that reaches a recall, or the largest there is. */
  private int effort(RawIndex raw, double recall) throws Exception {
    for (int effort : EFFORTS) {
      if (lucene(raw, effort).recall() >= recall) {
        return effort;
      }
    }
    report.line("   Lucene does not reach recall " + recall + " with any effort tried");
    return EFFORTS.getLast();
  }

  private Searches.Outcome lucene(RawIndex raw, int effort) throws Exception {
    return Searches.round(queries, truth, number -> raw.keys(query(number), K, effort, null));
  }

  /** Loads the database, and searches it as it is before there is a graph. */
  private void exact(Path directory) throws Exception {
    DatabaseOptions options =
        DatabaseOptions.builder(directory).graphThreshold(Integer.MAX_VALUE).build();
    try (Database db = Database.open(options)) {
      report.progress("loading Nacre");
      NacreLoad.run(db, data.base(), data.rows(), 1_000, 4);
      int count = Math.max(1, queries / 5);
      Searches.Outcome _ = Searches.round(Math.min(50, count), truth, search(db));
      Searches.Outcome outcome = Searches.round(count, truth, search(db));
      row("Nacre before there is a graph (every vector compared)", outcome);
      asOf(db);
    }
  }

  private void asOf(Database db) throws Exception {
    AsOf past = AsOf.version(db.stats().join().readPoint().version() - 1);
    SearchRequest request = request(0).withAsOf(past);
    long begun = System.nanoTime();
    SearchResult result = db.similar(request).join();
    if (result.plan().tier() == SearchPlan.Tier.EXACT_AS_OF) {
      report.row("Nacre as of an earlier version (for information)", seconds(begun));
    }
  }

  private void graph(Path directory, RawIndex raw, int effort) throws Exception {
    try (Database db = Database.open(Graphs.built(directory, data.base().size()))) {
      report.progress("building Nacre's graph");
      long begun = System.nanoTime();
      SearchResult _ = db.similar(request(0)).join();
      Graphs.await(db, data.base().size());
      report.row("Nacre, graph built in the background", seconds(begun));
      compare(db, raw, effort);
      for (double share : FILTERS) {
        filtered(db, raw, effort, share);
      }
      memory(db);
    }
  }

  private void compare(Database db, RawIndex raw, int effort) throws Exception {
    int sameEffort = effort(raw, Searches.round(queries, truth, search(db)).recall());
    List<Searches.Outcome> least = new ArrayList<>();
    List<Searches.Outcome> same = new ArrayList<>();
    List<Searches.Outcome> texts = new ArrayList<>();
    List<Searches.Outcome> nacre = new ArrayList<>();
    // Two rounds of each warm up.
    for (int i = -2; i < place.scale().rounds(); i++) {
      Searches.Outcome ofLeast = lucene(raw, effort);
      Searches.Outcome ofNacre = Searches.round(queries, truth, search(db));
      Searches.Outcome ofSame = lucene(raw, sameEffort);
      Searches.Outcome ofTexts =
          Searches.round(
              queries,
              truth,
              number -> {
                List<String> _ = raw.texts(query(number), K, effort);
                return List.of();
              });
      if (i >= 0) {
        least.add(ofLeast);
        nacre.add(ofNacre);
        same.add(ofSame);
        texts.add(ofTexts);
      }
    }
    Searches.Outcome base = Searches.Outcome.median(least);
    Searches.Outcome ours = Searches.Outcome.median(nacre);
    row("Lucene, effort " + effort + " (least for recall " + RECALL + "), keys", base);
    report.latency(
        "Lucene, effort " + effort + ", stored texts",
        Searches.Outcome.median(texts).latencies(),
        "");
    Searches.Outcome equal = Searches.Outcome.median(same);
    row("Lucene, effort " + sameEffort + " (least for Nacre's recall), keys", equal);
    row("Nacre with its graph, whole records", ours);
    double ratio = ours.latencies().p50() / base.latencies().p50();
    String label = "search p50, Nacre / Lucene at recall " + RECALL;
    if (data.name().equals(BOUND_DATASET)) {
      report.atLeast("recall of Nacre", ours.recall(), RECALL);
      report.atMost(label, ratio, LIMIT);
    } else {
      report.ratio(label, ratio);
    }
    report.ratio(
        "search p50, Nacre / Lucene at Nacre's recall",
        ours.latencies().p50() / equal.latencies().p50());
  }

  private void filtered(Database db, RawIndex raw, int effort, double share) throws Exception {
    String section = Sections.nearest(data, share);
    Set<Integer> rows = Sections.rows(data, section);
    Truth among = new Truth(data.base(), data.queries(), K, rows::contains);
    Filter filter = Filter.eq("section", section);
    String label =
        String.format(
            Locale.ROOT, "%.1f %% (section %s)", 100.0 * rows.size() / data.rows().size(), section);
    int count = Math.max(1, queries / 5);
    List<Searches.Outcome> outcomes = new ArrayList<>();
    List<Searches.Outcome> rawOutcomes = new ArrayList<>();
    for (int i = -1; i < place.scale().rounds(); i++) {
      Searches.Outcome ofRaw =
          Searches.round(count, among, number -> raw.keys(query(number), K, effort, section));
      Searches.Outcome ofNacre =
          Searches.round(
              count, among, number -> keys(db.similar(request(number).withFilter(filter)).join()));
      if (i >= 0) {
        rawOutcomes.add(ofRaw);
        outcomes.add(ofNacre);
      }
    }
    row("Lucene among " + label, Searches.Outcome.median(rawOutcomes));
    row("Nacre among " + label, Searches.Outcome.median(outcomes));
  }

  private void memory(Database db) throws Exception {
    DatabaseStats stats = db.stats().join();
    DatabaseStats.@Nullable Search search = stats.search();
    report.row(
        "memory of Nacre outside the heap",
        "storage "
            + MemoryUse.mib(stats.storage().memoryBytes())
            + ", exact blocks "
            + MemoryUse.mib(search == null ? 0 : search.blockBytes()));
    report.row("memory of the process, both open, and the dataset", MemoryUse.now().toString());
  }

  private Searches.Search search(Database db) {
    return number -> keys(db.similar(request(number)).join());
  }

  private static List<String> keys(SearchResult result) {
    return result.hits().stream().map(Hit::key).toList();
  }

  private SearchRequest request(int number) {
    return SearchRequest.byVector(NacreLoad.NAMESPACE, query(number)).withK(K);
  }

  private float[] query(int number) {
    return data.queries().rows()[number];
  }

  private void row(String label, Searches.Outcome outcome) {
    report.latency(
        label, outcome.latencies(), String.format(Locale.ROOT, "recall %.4f", outcome.recall()));
  }

  private static String seconds(long begun) {
    return String.format(Locale.ROOT, "%.1f s", (System.nanoTime() - begun) / 1e9);
  }
}
