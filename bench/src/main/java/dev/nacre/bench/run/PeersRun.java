package dev.nacre.bench.run;

import dev.nacre.Database;
import dev.nacre.bench.data.Dataset;
import dev.nacre.bench.data.VectorFile;
import dev.nacre.bench.peer.PeerPackages;
import dev.nacre.bench.peer.PeerProcess;
import dev.nacre.bench.raw.RawIndex;
import dev.nacre.bench.raw.RawJVector;
import dev.nacre.bench.report.Percentiles;
import dev.nacre.bench.report.Report;
import dev.nacre.filter.Filter;
import dev.nacre.search.Hit;
import dev.nacre.search.SearchRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The ten nearest, beside other libraries: how long until everything is searchable, and how long a
 * query of one caller takes at recall 0.99, unfiltered and filtered.
 *
 * <p>Python libraries run in processes of their own and are called as a Python program calls them;
 * Lucene and Nacre run here, and Nacre hands over whole records. Everybody holds everything while
 * rounds alternate; each builds while nobody else works. Effort is the least tried that reaches the
 * recall, Nacre's is its own.
 */
public final class PeersRun {
  /** Every library, as {@code peer.py} names them. */
  public static final List<String> NAMES =
      List.of("numpy", "hnswlib", "faiss", "usearch", "lancedb", "chroma", "sqlite-vec");

  private static final String NACRE = "Nacre";
  private static final String LUCENE = "Lucene";
  private static final String JVECTOR = "JVector";
  private static final Set<String> DURABLE = Set.of("lancedb", "chroma", "sqlite-vec");
  private static final Set<String> UNTUNED = Set.of("numpy", "lancedb", "chroma", "sqlite-vec");

  /** Compare every vector: a fifth of the queries says enough. */
  private static final Set<String> SLOW = Set.of("lancedb", "sqlite-vec");

  private static final int K = 10;
  private static final double RECALL = .99;
  private static final List<Integer> EFFORTS =
      List.of(10, 15, 20, 30, 40, 50, 60, 70, 80, 90, 100, 120, 150, 200, 300, 500, 800);
  private static final List<Double> FILTERS = List.of(.08, .01);
  private static final double INGEST_LIMIT = 1.5;
  private static final double BUILD_LIMIT = 1.5;
  private static final double EXACT_LIMIT = 1.2;
  private static final double REAL_LIMIT = 1.1;
  private static final double CLUSTERED_LIMIT = 1.3;
  private static final List<Double> FILTER_LIMITS = List.of(2.5, 1.5);
  private static final double DURABLE_FACTOR = 5;
  private static final double DURABLE_FILTERED_FACTOR = 10;

  private final Workplace place;
  private final Report report;
  private final Dataset data;
  private final Path scripts;
  private final PeerPackages packages;
  private final List<String> names;
  private final int queries;
  private final Map<String, Double> buildSeconds = new LinkedHashMap<>();
  private final Map<String, Integer> efforts = new LinkedHashMap<>();

  /**
   * A run over {@code data}.
   *
   * @param scripts holds {@code peer.py}
   * @param names which of {@link #NAMES}
   */
  public PeersRun(
      Workplace place, Dataset data, Path scripts, PeerPackages packages, List<String> names) {
    this.place = place;
    this.report = place.report();
    this.data = data;
    this.scripts = scripts;
    this.packages = packages;
    this.names = List.copyOf(names);
    this.queries = Math.min(place.scale().queries(), data.queries().size());
  }

  /** One library, ready to be searched. */
  @FunctionalInterface
  private interface Contender {
    /** A round; empty when it cannot filter. */
    Optional<Searches.Outcome> round(int count, Truth truth, int effort, @Nullable String section)
        throws Exception;
  }

  /** Measures and prints. */
  public void run() throws Exception {
    report.section(
        String.format(
            Locale.ROOT,
            "Beside other libraries: ten nearest among %,d of %d dimensions, %s",
            data.base().size(),
            data.base().dimension(),
            data.name()));
    Path folder = place.directory("peers-data");
    VectorFile.write(folder.resolve("base.vec"), data.base());
    VectorFile.write(folder.resolve("queries.vec"), data.queries());
    Path _ =
        Files.writeString(
            folder.resolve("sections.txt"),
            String.join("\n", data.rows().stream().map(row -> row.section()).toList()));
    report.progress("comparing every query with every vector");
    Truth truth = new Truth(data.base(), data.queries(), K, row -> true);
    Path directory = place.directory("peers-nacre");
    List<PeerProcess> started = new ArrayList<>();
    try {
      double loaded = load(directory);
      Map<String, Contender> contenders = new LinkedHashMap<>();
      for (String name : names) {
        report.progress("building " + name);
        PeerProcess process =
            PeerProcess.start(packages, name, scripts, folder, place.directory("peers-" + name));
        started.add(process);
        try {
          double built = process.build();
          buildSeconds.put(name, built);
          report.row(name + ", all searchable", seconds(built));
          contenders.put(name, peer(process));
        } catch (IOException e) {
          report.line("   " + name + " is left out: " + e.getMessage());
        }
      }
      ingestBound(loaded);
      exact(directory, truth, contenders);
      searchWithGraph(directory, truth, contenders);
    } finally {
      for (PeerProcess process : started) {
        process.close();
      }
      for (String name : names) {
        Workplace.delete(place.folder().resolve("peers-" + name));
      }
      Workplace.delete(directory);
      Workplace.delete(folder);
    }
  }

  /** Loads Nacre in rounds; returns the seconds until the first search sees the last record. */
  private double load(Path directory) throws IOException {
    List<Double> rounds = new ArrayList<>();
    for (int i = 0; i <= place.scale().rounds(); i++) {
      Workplace.delete(directory);
      report.progress("loading Nacre");
      try (Database db = Database.open(Graphs.none(directory))) {
        long begun = System.nanoTime();
        NacreLoad.run(db, data.base(), data.rows(), 5_000, 4);
        float[] last = data.base().rows()[data.base().size() - 1];
        List<Hit> found = db.similar(NacreLoad.NAMESPACE, last).join().hits();
        if (found.isEmpty()) {
          throw new IllegalStateException("the search sees nothing");
        }
        if (i > 0) {
          rounds.add((System.nanoTime() - begun) / 1e9);
        }
      }
    }
    double median = Percentiles.median(rounds.stream().mapToDouble(Double::doubleValue).toArray());
    report.row(NACRE + ", durable and searchable, with texts and metadata", seconds(median));
    return median;
  }

  private void ingestBound(double loaded) {
    Double lance = buildSeconds.get("lancedb");
    if (lance != null) {
      bound(
          "durable and searchable, Nacre / LanceDB without an index", loaded / lance, INGEST_LIMIT);
    }
  }

  /** Exact answers while there is no graph, beside numpy's. */
  private void exact(Path directory, Truth truth, Map<String, Contender> contenders)
      throws Exception {
    try (Database db = Database.open(Graphs.none(directory))) {
      Map<String, Contender> both = new LinkedHashMap<>();
      both.put(NACRE, nacre(db));
      Contender numpy = contenders.get("numpy");
      if (numpy != null) {
        both.put("numpy", numpy);
      }
      Map<String, Searches.Outcome> outcomes = inTurns(both, truth, Math.max(1, queries / 5), null);
      outcomes.forEach((name, outcome) -> row(name + ", every vector compared", outcome));
      if (numpy != null) {
        bound("every vector compared, p50, Nacre / numpy", ratio(outcomes, "numpy"), EXACT_LIMIT);
      }
    }
  }

  private void searchWithGraph(Path directory, Truth truth, Map<String, Contender> peers)
      throws Exception {
    Path rawDirectory = place.directory("peers-lucene");
    report.progress("building " + LUCENE);
    long begun = System.nanoTime();
    try (RawIndex raw = RawIndex.build(rawDirectory, data.base(), data.rows());
        Database db = Database.open(Graphs.built(directory, data.base().size()))) {
      report.row(
          LUCENE + ", graph built on one thread", seconds((System.nanoTime() - begun) / 1e9));
      report.progress("building " + JVECTOR);
      begun = System.nanoTime();
      RawJVector jvector = RawJVector.build(data.base());
      report.row(JVECTOR + ", all searchable", seconds((System.nanoTime() - begun) / 1e9));
      report.progress("building Nacre's graph");
      begun = System.nanoTime();
      var _ = db.similar(request(0)).join();
      Graphs.await(db, data.base().size());
      double built = (System.nanoTime() - begun) / 1e9;
      report.row(NACRE + ", graph built in the background", seconds(built));
      Double hnswlib = buildSeconds.get("hnswlib");
      if (hnswlib != null) {
        bound("the full graph, Nacre / hnswlib", built / hnswlib, BUILD_LIMIT);
      }
      Map<String, Contender> contenders = new LinkedHashMap<>();
      contenders.put(NACRE, nacre(db));
      contenders.put(LUCENE, lucene(raw));
      contenders.put(JVECTOR, jvector(jvector));
      contenders.putAll(peers);
      for (Map.Entry<String, Contender> contender : contenders.entrySet()) {
        efforts.put(contender.getKey(), effort(contender.getKey(), contender.getValue(), truth));
      }
      Map<String, Searches.Outcome> outcomes = inTurns(contenders, truth, queries, null);
      outcomes.forEach((name, outcome) -> row(name + effortOf(name), outcome));
      unfilteredBounds(outcomes);
      for (int i = 0; i < FILTERS.size(); i++) {
        filtered(contenders, outcomes.get("hnswlib"), FILTERS.get(i), FILTER_LIMITS.get(i));
      }
      jvector.close();
    }
    Workplace.delete(rawDirectory);
  }

  private int effort(String name, Contender contender, Truth truth) throws Exception {
    if (UNTUNED.contains(name) || name.equals(NACRE)) {
      return 0;
    }
    for (int effort : EFFORTS) {
      if (contender.round(queries, truth, effort, null).orElseThrow().recall() >= RECALL) {
        return effort;
      }
    }
    report.line("   " + name + " does not reach recall " + RECALL + " with any effort tried");
    return EFFORTS.getLast();
  }

  private void unfilteredBounds(Map<String, Searches.Outcome> outcomes) {
    report.atLeast("recall of Nacre", outcome(outcomes, NACRE).recall(), RECALL);
    boolean real = data.name().startsWith("real");
    List<String> held = real ? List.of("hnswlib", "faiss", LUCENE, JVECTOR) : List.of("hnswlib");
    held.stream()
        .filter(outcomes::containsKey)
        .mapToDouble(name -> ratio(outcomes, name))
        .max()
        .ifPresent(
            worst ->
                bound(
                    "p50, Nacre / the best of " + String.join(", ", held),
                    worst,
                    real ? REAL_LIMIT : CLUSTERED_LIMIT));
    ahead(outcomes, "unfiltered", DURABLE_FACTOR);
  }

  private void filtered(
      Map<String, Contender> contenders,
      Searches.@Nullable Outcome hnswlib,
      double share,
      double limit)
      throws Exception {
    String section = Sections.nearest(data, share);
    Set<Integer> rows = Sections.rows(data, section);
    Truth among = new Truth(data.base(), data.queries(), K, rows::contains);
    String label =
        String.format(
            Locale.ROOT, "%.1f %% (%s)", 100.0 * rows.size() / data.rows().size(), section);
    Map<String, Searches.Outcome> outcomes =
        inTurns(contenders, among, Math.max(1, queries / 5), section);
    outcomes.forEach((name, outcome) -> row(name + " among " + label, outcome));
    Searches.Outcome ours = outcome(outcomes, NACRE);
    report.atLeast("recall of Nacre among " + label, ours.recall(), RECALL);
    if (hnswlib != null) {
      bound(
          "p50, Nacre among " + label + " / hnswlib unfiltered",
          ours.latencies().p50() / hnswlib.latencies().p50(),
          limit);
    }
    ahead(outcomes, "among " + label, DURABLE_FILTERED_FACTOR);
  }

  private void ahead(Map<String, Searches.Outcome> outcomes, String what, double factor) {
    for (String name : DURABLE) {
      if (outcomes.containsKey(name)) {
        report.atLeast("p50, " + name + " / Nacre, " + what, 1 / ratio(outcomes, name), factor);
      }
    }
  }

  /** The medians over interleaved rounds, of those that can. */
  private Map<String, Searches.Outcome> inTurns(
      Map<String, Contender> contenders, Truth truth, int count, @Nullable String section)
      throws Exception {
    Map<String, List<Searches.Outcome>> rounds = new LinkedHashMap<>();
    // The first round of each warms up.
    for (int i = -1; i < place.scale().rounds(); i++) {
      for (Map.Entry<String, Contender> contender : contenders.entrySet()) {
        String name = contender.getKey();
        int asked = SLOW.contains(name) ? Math.min(count, Math.max(1, queries / 20)) : count;
        int effort = efforts.getOrDefault(name, 0);
        Optional<Searches.Outcome> outcome =
            contender.getValue().round(asked, truth, effort, section);
        if (i >= 0 && outcome.isPresent()) {
          rounds.computeIfAbsent(name, _ -> new ArrayList<>()).add(outcome.get());
        }
      }
    }
    Map<String, Searches.Outcome> medians = new LinkedHashMap<>();
    rounds.forEach((name, of) -> medians.put(name, Searches.Outcome.median(of)));
    return medians;
  }

  private Contender peer(PeerProcess process) {
    return (count, truth, effort, section) ->
        process
            .search(count, effort, section)
            .map(round -> new Searches.Outcome(round.latencies(), recall(truth, round.rows())));
  }

  private double recall(Truth truth, List<List<Integer>> rows) {
    int right = 0;
    for (int i = 0; i < rows.size(); i++) {
      right += truth.right(i, rows.get(i).stream().map(data.base().keys()::get).toList());
    }
    return (double) right / truth.expected(rows.size());
  }

  private Contender lucene(RawIndex raw) {
    return (count, truth, effort, section) ->
        Optional.of(
            Searches.round(
                count,
                truth,
                number -> raw.keys(data.queries().rows()[number], K, effort, section)));
  }

  private Contender jvector(RawJVector index) {
    return (count, truth, effort, section) -> {
      Set<Integer> rows = section == null ? Set.of() : Sections.rows(data, section);
      IntPredicate accepted = section == null ? row -> true : rows::contains;
      return Optional.of(
          Searches.round(
              count,
              truth,
              number ->
                  index.rows(data.queries().rows()[number], K, effort, accepted).stream()
                      .map(data.base().keys()::get)
                      .toList()));
    };
  }

  private Contender nacre(Database db) {
    return (count, truth, effort, section) ->
        Optional.of(
            Searches.round(
                count,
                truth,
                number -> {
                  SearchRequest request = request(number);
                  if (section != null) {
                    request = request.withFilter(Filter.eq("section", section));
                  }
                  return db.similar(request).join().hits().stream().map(Hit::key).toList();
                }));
  }

  private SearchRequest request(int number) {
    return SearchRequest.byVector(NacreLoad.NAMESPACE, data.queries().rows()[number]).withK(K);
  }

  private static Searches.Outcome outcome(Map<String, Searches.Outcome> outcomes, String name) {
    return Optional.ofNullable(outcomes.get(name)).orElseThrow();
  }

  /** Nacre's time over another's. */
  private static double ratio(Map<String, Searches.Outcome> outcomes, String name) {
    return outcome(outcomes, NACRE).latencies().p50() / outcome(outcomes, name).latencies().p50();
  }

  private void bound(String label, double ratio, double limit) {
    report.atMost(label, ratio, limit);
  }

  private String effortOf(String name) {
    int effort = efforts.getOrDefault(name, 0);
    return effort == 0 ? "" : ", effort " + effort;
  }

  private void row(String label, Searches.Outcome outcome) {
    report.latency(
        label, outcome.latencies(), String.format(Locale.ROOT, "recall %.4f", outcome.recall()));
  }

  private static String seconds(double seconds) {
    return String.format(Locale.ROOT, "%.2f s", seconds);
  }
}
