package dev.nacre.bench.micro;

import dev.nacre.filter.Filter;
import dev.nacre.model.Metadata;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does evaluating a filter over one record's metadata cost?
 *
 * <p>{@code bench/run jmh FilterBenchmark}
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@State(Scope.Benchmark)
public class FilterBenchmark {
  private static final int RECORDS = 1_024;

  /** Which filter. */
  @Param({"eq", "range", "in", "tag", "compound"})
  private String filter = "eq";

  private final Metadata[] records = new Metadata[RECORDS];
  private Filter condition = Filter.exists("section");
  private int next;

  /** For JMH. */
  public FilterBenchmark() {}

  /** Makes metadata like those of the real texts. */
  @Setup
  public void make() {
    List<String> sections = List.of("libs", "python", "devel", "doc", "net", "science", "web");
    for (int i = 0; i < RECORDS; i++) {
      String section = sections.get(i % sections.size());
      records[i] =
          Metadata.of(
              Map.of(
                  "source",
                  "debian",
                  "section",
                  section,
                  "priority",
                  "optional",
                  "size_kb",
                  17L * i,
                  "tags",
                  List.of("role::program", "use::" + section, "interface::commandline")));
    }
    condition =
        switch (filter) {
          case "eq" -> Filter.eq("section", "net");
          case "range" -> Filter.and(Filter.ge("size_kb", 1_000), Filter.lt("size_kb", 9_000));
          case "in" -> Filter.in("section", List.of("net", "web", "doc"));
          case "tag" -> Filter.eq("tags", "use::python");
          case "compound" ->
              Filter.and(
                  Filter.eq("source", "debian"),
                  Filter.or(Filter.eq("section", "net"), Filter.gt("size_kb", 5_000)),
                  Filter.not(Filter.eq("tags", "use::web")));
          default -> throw new IllegalArgumentException(filter);
        };
  }

  /** One record. */
  @Benchmark
  public boolean matches() {
    next = (next + 1) % RECORDS;
    return condition.matches(records[next]);
  }
}
