package dev.nacre.bench.run;

import dev.nacre.Database;
import dev.nacre.DatabaseOptions;
import dev.nacre.DatabaseStats;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Databases with a graph, and without one. */
final class Graphs {
  private static final int THRESHOLD = 20_000;
  private static final Duration BUILD_MAX = Duration.ofMinutes(40);
  private static final Duration POLL = Duration.ofMillis(100);

  private Graphs() {}

  /** Options under which a space of {@code vectors} gets a graph. */
  static DatabaseOptions built(Path directory, int vectors) {
    int threshold = Math.min(THRESHOLD, Math.max(1, vectors / 2));
    return DatabaseOptions.builder(directory).graphThreshold(threshold).build();
  }

  /** Options under which no space gets one. */
  static DatabaseOptions none(Path directory) {
    return DatabaseOptions.builder(directory).graphThreshold(Integer.MAX_VALUE).build();
  }

  /** Waits until the graph of the only space holds all {@code vectors}. */
  static void await(Database db, int vectors) throws TimeoutException {
    long end = System.nanoTime() + BUILD_MAX.toNanos();
    while (true) {
      DatabaseStats.@Nullable Search search = db.stats().join().search();
      if (search != null && search.buildingGraphs() == 0 && search.graphVectors() >= vectors) {
        return;
      }
      if (System.nanoTime() > end) {
        throw new TimeoutException("the graph is not built after " + BUILD_MAX + ": " + search);
      }
      // Nothing tells when a build ends; asking ten times a second takes nothing from it.
      LockSupport.parkNanos(POLL.toNanos());
    }
  }
}
