package dev.nacre.metrics;

import dev.nacre.Database;
import dev.nacre.DatabaseStats;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks a database for its statistics, once for all the meters of a scrape. Thread-safe. */
final class StatsReader {
  private static final Logger LOG = LoggerFactory.getLogger(StatsReader.class);
  private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Database database;
  private @Nullable DatabaseStats last;
  private boolean lastFailed;
  private long askedNanos = System.nanoTime() - FRESH_NANOS;

  StatsReader(Database database) {
    this.database = database;
  }

  /** A value as it is now; NaN when the database does not answer. */
  double gauge(ToDoubleFunction<DatabaseStats> value) {
    DatabaseStats stats = stats();
    return stats == null || hasFailed() ? Double.NaN : value.applyAsDouble(stats);
  }

  /** A value that only grows; what it was when the database does not answer. */
  double last(ToDoubleFunction<DatabaseStats> value) {
    DatabaseStats stats = stats();
    return stats == null ? 0 : value.applyAsDouble(stats);
  }

  private synchronized boolean hasFailed() {
    return lastFailed;
  }

  private synchronized @Nullable DatabaseStats stats() {
    if (System.nanoTime() - askedNanos >= FRESH_NANOS) {
      try {
        last = database.stats().orTimeout(1, TimeUnit.SECONDS).join();
        lastFailed = false;
      } catch (CompletionException | CancellationException e) {
        LOG.debug("the database did not say how it is", e);
        lastFailed = true;
      }
      askedNanos = System.nanoTime();
    }
    return last;
  }
}
