package dev.nacre.bench.micro;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nacre.bench.data.Documents;
import dev.nacre.model.Value;
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
 * What does JSON cost: checking a text that is put, writing a map, and parsing what was read?
 *
 * <p>{@code bench/run jmh ValueJsonBenchmark}
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@State(Scope.Benchmark)
public class ValueJsonBenchmark {
  /** Length of the document. */
  @Param({"128", "1024", "16384"})
  private int bytes;

  private String text;
  private Map<String, Object> map;
  private Value.Json value;

  /** For JMH. */
  @SuppressWarnings("NullAway.Init") // JMH calls the set-up before anything else.
  public ValueJsonBenchmark() {}

  /** Makes the document. */
  @Setup
  public void make() {
    text = new Documents(1, bytes, 1).text(0);
    value = Value.json(text);
    map = Map.of("number", 0, "body", value.asTree().required("body").asText());
  }

  /** Checks a text. */
  @Benchmark
  public Value check() {
    return Value.json(text);
  }

  /** Writes a map. */
  @Benchmark
  public Value write() {
    return Value.json(map);
  }

  /** Parses what was stored. */
  @Benchmark
  public JsonNode parse() {
    return value.asTree();
  }
}
