package dev.nacre.bench.run;

import dev.nacre.Database;
import dev.nacre.bench.data.Dataset;
import dev.nacre.bench.data.TextRow;
import dev.nacre.bench.data.Vectors;
import dev.nacre.bench.raw.RawLoad;
import dev.nacre.bench.raw.RawStore;
import dev.nacre.bench.report.Percentiles;
import dev.nacre.bench.report.Report;
import dev.nacre.search.SearchResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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

  private void compare(int batch, List<RawLoad.Row> encoded) throws IOException, RocksDBException {
    List<Double> raw = new ArrayList<>();
    List<Double> waiting = new ArrayList<>();
    List<Double> ahead = new ArrayList<>();
    // The first round warms up.
    for (int i = 0; i <= place.scale().rounds(); i++) {
      double ofRaw = raw(batch, encoded);
      double ofWaiting = nacre(batch, 1);
      double ofAhead = nacre(batch, IN_FLIGHT);
      if (i > 0) {
        raw.add(ofRaw);
        waiting.add(ofWaiting);
        ahead.add(ofAhead);
      }
    }
    double base = median(raw);
    String size = String.format(Locale.ROOT, ", batches of %,d", batch);
    report.row("RocksDB" + size, seconds(base));
    report.row("Nacre" + size + ", one at a time", seconds(median(waiting)));
    report.row("Nacre" + size + ", " + IN_FLIGHT + " in flight", seconds(median(ahead)));
    report.ratio("time, Nacre one at a time / RocksDB" + size, median(waiting) / base);
    report.atMost("time, Nacre / RocksDB" + size, median(ahead) / base, LIMIT);
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

  private double nacre(int batch, int inFlight) throws IOException {
    Path directory = place.directory("load-nacre");
    double seconds;
    try (Database db = Database.open(directory)) {
      long begun = System.nanoTime();
      NacreLoad.run(db, vectors, rows, batch, inFlight);
      SearchResult found =
          db.similar(NacreLoad.NAMESPACE, vectors.rows()[vectors.size() - 1]).join();
      seconds = (System.nanoTime() - begun) / 1e9;
      String last = vectors.keys().getLast();
      // A text may occur twice under two names: then both are equally near.
      if (found.hits().stream().noneMatch(hit -> hit.key().equals(last))) {
        throw new IllegalStateException("the search does not see " + last + ": " + found);
      }
    }
    Workplace.delete(directory);
    return seconds;
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

  private static double median(List<Double> values) {
    return Percentiles.median(values.stream().mapToDouble(Double::doubleValue).toArray());
  }

  private String seconds(double seconds) {
    return String.format(
        Locale.ROOT, "%7.3f s   %,9.0f records a second", seconds, vectors.size() / seconds);
  }
}
