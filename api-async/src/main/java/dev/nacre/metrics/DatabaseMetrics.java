package dev.nacre.metrics;

import static java.util.Objects.requireNonNull;

import dev.nacre.Database;
import dev.nacre.DatabaseStats;
import dev.nacre.maintain.Latency;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * Meters of a database, for any Micrometer registry:
 *
 * <pre>{@code
 * new DatabaseMetrics(database).bindTo(registry);
 * }</pre>
 *
 * <p>They read {@link Database#stats()} when the registry asks, at most once a second, and cost
 * nothing in between. A registry asks on a thread of its own, which waits for the answer, a second
 * at most; without one, and after the database was closed, gauges are NaN and counters stand still.
 * {@code docs/operations.md} names the meters. Thread-safe.
 */
// Transitive, Micrometer would have to be there to compile whatever uses Nacre.
@SuppressWarnings("exports")
public final class DatabaseMetrics implements MeterBinder {
  private final StatsReader reader;
  private final Tags tags;

  /** Meters without tags of their own. */
  public DatabaseMetrics(Database database) {
    this(database, Tags.empty());
  }

  /** Meters with these tags, for example the name of the database. */
  public DatabaseMetrics(Database database, Iterable<Tag> tags) {
    this.reader = new StatsReader(requireNonNull(database, "database"));
    this.tags = Tags.of(tags);
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    counter(registry, "nacre.commits", "Commits", stats -> stats.storage().commits());
    counter(registry, "nacre.commit.groups", "Group commits", stats -> stats.storage().groups());
    timings(registry, "nacre.sweeps", "Sweeps", stats -> stats.storage().sweeps().sweeps());
    counter(
        registry,
        "nacre.sweep.failures",
        "Sweeps that failed",
        stats -> stats.storage().sweeps().failures());
    counter(
        registry,
        "nacre.sweep.expired",
        "Expired records that were ended",
        stats -> stats.storage().sweeps().total().recordsExpired());
    counter(
        registry,
        "nacre.sweep.versions",
        "Versions of records that were dropped",
        stats -> stats.storage().sweeps().total().historyRows());
    timings(
        registry,
        "nacre.commit.group.write",
        "Writing a group of commits, with its fsync",
        stats -> stats.timings().groupWrites());
    timings(registry, "nacre.reads", "Reads on the pool", stats -> stats.timings().reads());
    counter(
        registry,
        "nacre.reads.memory",
        "Reads answered from memory",
        stats -> stats.timings().readsFromMemory());
    timings(registry, "nacre.searches", "Searches", stats -> stats.timings().searches());

    gauge(registry, "nacre.version", "Newest version", stats -> stats.readPoint().version());
    gauge(registry, "nacre.queue.bytes", "Writes waiting", stats -> stats.storage().queueBytes());
    gauge(registry, "nacre.calls", "Calls in flight", stats -> stats.calls().inFlight());
    gauge(
        registry,
        "nacre.reads.waiting",
        "Reads waiting for a thread",
        stats -> stats.calls().readsWaiting());
    gauge(registry, "nacre.namespaces", "Namespaces", stats -> stats.storage().namespaces());
    gauge(
        registry,
        "nacre.records",
        "About how many live records",
        stats -> stats.storage().recordsEstimate());
    gauge(registry, "nacre.storage.bytes", "Sorted files", stats -> stats.storage().storageBytes());
    gauge(registry, "nacre.log.bytes", "Write-ahead log", stats -> stats.storage().logBytes());
    gauge(
        registry,
        "nacre.memory.bytes",
        "Memory of the storage engine: cache, write buffers, tables",
        stats -> stats.storage().memoryBytes());
    search(registry);
  }

  private void search(MeterRegistry registry) {
    gauge(
        registry,
        "nacre.index.lag",
        "Versions that the index furthest behind has yet to apply",
        ofSearch(DatabaseStats.Search::lag));
    gauge(
        registry,
        "nacre.index.vectors",
        "Vectors in graphs",
        ofSearch(DatabaseStats.Search::graphVectors));
    gauge(
        registry,
        "nacre.index.building",
        "Graphs being built",
        ofSearch(DatabaseStats.Search::buildingGraphs));
    gauge(
        registry,
        "nacre.index.bytes",
        "Memory for search",
        ofSearch(DatabaseStats.Search::blockBytes));
  }

  /** Nothing was searched yet: nothing is held and nothing lags. */
  private static ToDoubleFunction<DatabaseStats> ofSearch(
      ToDoubleFunction<DatabaseStats.Search> value) {
    return stats -> {
      DatabaseStats.Search search = stats.search();
      return search == null ? 0 : value.applyAsDouble(search);
    };
  }

  private void gauge(
      MeterRegistry registry,
      String name,
      String description,
      ToDoubleFunction<DatabaseStats> value) {
    Gauge.builder(name, reader, from -> from.gauge(value))
        .description(description)
        .tags(tags)
        .strongReference(true)
        .register(registry);
  }

  private void counter(
      MeterRegistry registry,
      String name,
      String description,
      ToDoubleFunction<DatabaseStats> value) {
    FunctionCounter.builder(name, reader, from -> from.last(value))
        .description(description)
        .tags(tags)
        .register(registry);
  }

  private void timings(
      MeterRegistry registry,
      String name,
      String description,
      Function<DatabaseStats, Latency> latency) {
    FunctionTimer.builder(
            name,
            reader,
            from -> (long) from.last(stats -> latency.apply(stats).count()),
            from -> from.last(stats -> latency.apply(stats).total().toNanos()),
            TimeUnit.NANOSECONDS)
        .description(description)
        .tags(tags)
        .register(registry);
    quantile(registry, name, "0.5", stats -> latency.apply(stats).median());
    quantile(registry, name, "0.99", stats -> latency.apply(stats).p99());
    quantile(registry, name, "1", stats -> latency.apply(stats).max());
  }

  private void quantile(
      MeterRegistry registry, String name, String at, Function<DatabaseStats, Duration> value) {
    TimeGauge.builder(
            name + ".quantile",
            reader,
            TimeUnit.NANOSECONDS,
            from -> from.gauge(stats -> value.apply(stats).toNanos()))
        .description("Since opening")
        .tags(tags.and("quantile", at))
        .strongReference(true)
        .register(registry);
  }
}
