package dev.nacre.bench.run;

import dev.nacre.Database;
import dev.nacre.DatabaseStats;
import dev.nacre.bench.data.Dataset;
import dev.nacre.bench.data.TextRow;
import dev.nacre.bench.data.Vectors;
import dev.nacre.bench.raw.RawLoad;
import dev.nacre.bench.raw.RawStore;
import dev.nacre.bench.report.MemoryUse;
import dev.nacre.bench.report.Percentiles;
import dev.nacre.bench.report.Report;
import dev.nacre.search.SearchResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/**
 * How long until vectors are durable and searchable, beside RocksDB storing the same bytes?
 *
 * <p>Each record has a text, metadata and a vector. RocksDB is given rows of bytes that were
 * encoded before the clock starts: one head row, one row of floats and one row of log for each
 * record. Nacre is given batches of objects; its time ends when a search for the last vector, the
 * first search of the database, has returned that record. Every round begins with empty
 * directories.
 */
public final class LoadRun {
  private static final double LIMIT = 2;
  private static final List<Integer> BATCHES = List.of(1_000, 5_000);

  /** Batches a loading program has under way, as it can with an asynchronous interface. */
  private static final int IN_FLIGHT = 4;

  private final Workplace place;
  private final Report report;
  private final Vectors vectors;
  private final List<TextRow> rows;

  /** A run that loads {@code data}. */
  public LoadRun(Workplace place, Dataset data) {
    this.place = place;
    this.report = place.report();
    this.vectors = data.base();
    this.rows = data.rows();
  }

  /** Measures and prints. */
  public void run() throws IOException, RocksDBException {
    report.section(
        String.format(
            Locale.ROOT,
            "%,d vectors of %d dimensions, durable and searchable",
            vectors.size(),
            vectors.dimension()));
    List<RawLoad.Row> encoded = encoded();
    for (int batch : BATCHES) {
      compare(batch, encoded);
    }
  }

  /**
   * What a load took.
   *
   * @param durable seconds until everything was on stable storage
   * @param searched seconds from then until the first search had returned
   * @param memory of the process afterwards
   */
  private record Loaded(double durable, double searched, String memory) {
    double seconds() {
      return durable + searched;
    }

    /** The round in the middle. */
    static Loaded median(List<Loaded> rounds) {
      return rounds.stream()
          .sorted(Comparator.comparingDouble(Loaded::seconds))
          .skip(rounds.size() / 2)
          .findFirst()
          .orElseThrow();
    }
  }

  private void compare(int batch, List<RawLoad.Row> encoded) throws IOException, RocksDBException {
    List<Double> raw = new ArrayList<>();
    List<Loaded> waiting = new ArrayList<>();
    List<Loaded> ahead = new ArrayList<>();
    // The first round warms up.
    for (int i = 0; i <= place.scale().rounds(); i++) {
      double ofRaw = raw(batch, encoded);
      Loaded ofWaiting = nacre(batch, 1);
      Loaded ofAhead = nacre(batch, IN_FLIGHT);
      if (i > 0) {
        raw.add(ofRaw);
        waiting.add(ofWaiting);
        ahead.add(ofAhead);
      }
    }
    double base = Percentiles.median(raw.stream().mapToDouble(Double::doubleValue).toArray());
    String size = String.format(Locale.ROOT, ", batches of %,d", batch);
    report.row("RocksDB" + size, seconds(base));
    row("Nacre" + size + ", one at a time", Loaded.median(waiting));
    row("Nacre" + size + ", " + IN_FLIGHT + " in flight", Loaded.median(ahead));
    report.ratio(
        "time, Nacre one at a time / RocksDB" + size, Loaded.median(waiting).seconds() / base);
    report.atMost("time, Nacre / RocksDB" + size, Loaded.median(ahead).seconds() / base, LIMIT);
    report.row("memory, Nacre open and searched, and the dataset", ahead.getLast().memory());
  }

  private double raw(int batch, List<RawLoad.Row> encoded) throws IOException, RocksDBException {
    Path directory = place.directory("load-raw");
    double seconds;
    try (RawStore store = RawStore.open(directory)) {
      long begun = System.nanoTime();
      RawLoad.run(store, encoded, batch);
      seconds = (System.nanoTime() - begun) / 1e9;
    }
    Workplace.delete(directory);
    return seconds;
  }

  private Loaded nacre(int batch, int inFlight) throws IOException {
    Path directory = place.directory("load-nacre");
    Loaded loaded;
    try (Database db = Database.open(directory)) {
      long begun = System.nanoTime();
      NacreLoad.run(db, vectors, rows, batch, inFlight);
      long durable = System.nanoTime();
      SearchResult found =
          db.similar(NacreLoad.NAMESPACE, vectors.rows()[vectors.size() - 1]).join();
      long searched = System.nanoTime();
      String last = vectors.keys().getLast();
      // A text may occur twice under two names: then both are equally near.
      if (found.hits().stream().noneMatch(hit -> hit.key().equals(last))) {
        throw new IllegalStateException("the search does not see " + last + ": " + found);
      }
      loaded = new Loaded((durable - begun) / 1e9, (searched - durable) / 1e9, memory(db));
    }
    Workplace.delete(directory);
    return loaded;
  }

  private static String memory(Database db) throws IOException {
    DatabaseStats stats = db.stats().join();
    DatabaseStats.@Nullable Search search = stats.search();
    return MemoryUse.now()
        + "; of it storage "
        + MemoryUse.mib(stats.storage().memoryBytes())
        + ", exact blocks "
        + MemoryUse.mib(search == null ? 0 : search.blockBytes());
  }

  private List<RawLoad.Row> encoded() {
    List<RawLoad.Row> encoded = new ArrayList<>(vectors.size());
    for (int i = 0; i < vectors.size(); i++) {
      String head = rows.get(i).metadata() + rows.get(i).value().asString();
      encoded.add(
          RawLoad.Row.of(
              vectors.keys().get(i), head.getBytes(StandardCharsets.UTF_8), vectors.rows()[i]));
    }
    return encoded;
  }

  private void row(String label, Loaded loaded) {
    report.row(
        label,
        seconds(loaded.seconds())
            + String.format(
                Locale.ROOT,
                "   (durable %.3f s, first search %.3f s)",
                loaded.durable(),
                loaded.searched()));
  }

  private String seconds(double seconds) {
    return String.format(
        Locale.ROOT, "%7.3f s   %,9.0f records a second", seconds, vectors.size() / seconds);
  }
}
