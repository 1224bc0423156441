package dev.nacre.bench.peer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nacre.bench.report.Latencies;
import dev.nacre.bench.report.Percentiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A library in a process of its own, driven by {@code peer.py}. For one thread. */
public final class PeerProcess implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
  private static final long END_SECONDS = 10;

  private final String name;
  private final Process process;
  private final BufferedReader answers;
  private final Writer requests;

  private PeerProcess(String name, Process process) {
    this.name = name;
    this.process = process;
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.requests = process.outputWriter(StandardCharsets.UTF_8);
  }

  /**
   * What one round of queries gave.
   *
   * @param latencies of single queries, as the library's caller sees them
   * @param rows the rows found for each query, best first
   */
  public record Round(Percentiles latencies, List<List<Integer>> rows) {
    /** Copies the lists. */
    public Round {
      rows = rows.stream().map(List::copyOf).toList();
    }
  }

  /**
   * Starts one.
   *
   * @param name as {@code peer.py} calls it
   * @param scripts holds {@code peer.py}
   * @param data holds vectors and sections
   * @param work an empty folder for what it keeps
   */
  public static PeerProcess start(
      PeerPackages packages, String name, Path scripts, Path data, Path work) throws IOException {
    Process process =
        new ProcessBuilder(
                packages.python().toString(),
                scripts.resolve("peer.py").toString(),
                name,
                data.toString(),
                work.toString())
            .redirectError(Redirect.INHERIT)
            .start();
    return new PeerProcess(name, process);
  }

  /** Its name. */
  public String name() {
    return name;
  }

  /** Makes everything searchable, with every core; returns the seconds that took. */
  public double build() throws IOException {
    return ask(JSON.createObjectNode().put("op", "build")).required("seconds").asDouble();
  }

  /**
   * Searches for the first {@code count} queries, one after the other; empty when the library
   * cannot filter.
   *
   * @param effort how many candidates its graph keeps, where that can be said
   * @param section only rows of this section, or null for all
   */
  public Optional<Round> search(int count, int effort, @Nullable String section)
      throws IOException {
    ObjectNode request = JSON.createObjectNode().put("op", "search").put("count", count);
    JsonNode answer = ask(request.put("effort", effort).put("section", section));
    if (answer.has("unsupported")) {
      return Optional.empty();
    }
    Latencies latencies = new Latencies();
    answer.required("nanos").forEach(nanos -> latencies.add(nanos.asLong()));
    List<List<Integer>> rows = new ArrayList<>();
    for (JsonNode found : answer.required("rows")) {
      List<Integer> of = new ArrayList<>();
      found.forEach(row -> of.add(row.asInt()));
      rows.add(of);
    }
    return Optional.of(new Round(latencies.percentiles(), rows));
  }

  private JsonNode ask(ObjectNode request) throws IOException {
    requests.write(JSON.writeValueAsString(request) + "\n");
    requests.flush();
    String line = answers.readLine();
    if (line == null) {
      throw new IOException(name + " has ended; what it said is above");
    }
    JsonNode answer = JSON.readTree(line);
    if (answer.has("failed")) {
      throw new IOException(name + ": " + answer.get("failed").asText());
    }
    return answer;
  }

  @Override
  public void close() throws IOException {
    boolean ended = false;
    try (requests;
        answers) {
      // The end of its input ends it.
      requests.close();
      ended = process.waitFor(END_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (!ended) {
        process.destroyForcibly();
      }
    }
  }
}
