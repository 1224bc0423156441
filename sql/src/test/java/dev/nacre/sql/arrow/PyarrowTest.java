package dev.nacre.sql.arrow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nacre.store.Store;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Exports as pyarrow reads them; skipped where there is none. */
class PyarrowTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"table.arrow", "table.arrows"})
  void exportOfEveryKind_readByPyarrow_isTheSame(String name) throws Exception {
    String python = System.getenv().getOrDefault("NACRE_PYTHON", "python3");
    assumeTrue(
        hasPyarrow(python),
        python + " with pyarrow is not here; NACRE_PYTHON names one that has it");
    Path file = directory.resolve(name);
    List<JsonNode> lines = new ArrayList<>();
    try (Store store = Tables.sample()) {
      var _ = Tables.file(store, file);
      String printed =
          run(python, Path.of("src/test/python/read_export.py").toString(), file.toString());
      for (String line : printed.lines().toList()) {
        lines.add(MAPPER.readTree(line));
      }
      JsonNode schema = lines.removeFirst();
      assertEquals("string", schema.path("key").asText());
      assertEquals("timestamp[us, tz=UTC]", schema.path("committed_at").asText());
      assertEquals(
          List.of("fixed_size_list<item: float>[2]", "fixed_size_list<item: float>[3]"),
          List.of(
              schema.path("embedding:default").asText(),
              schema.path("embedding:default#2").asText()));
      assertEquals(
          List.of("dots/dot", "images/pixel", "notes/ada", "notes/bob"),
          lines.stream()
              .map(row -> row.path("namespace").asText() + "/" + row.path("key").asText())
              .toList());
      JsonNode dot = lines.get(0);
      assertEquals(MAPPER.readTree("[1.0, 2.0]"), dot.path("embedding:default"));
      assertEquals(1, dot.path("embedding_version:default").asLong());
      assertEquals(List.of("bytes", "00ff", "image/png"), texts(lines.get(1), "value_bytes"));
      JsonNode ada = lines.get(2);
      assertEquals("{\"drinks\": \"tea\"}", ada.path("value_text").asText());
      assertEquals(.2f, ada.path("embedding:default#2").path(1).floatValue());
      JsonNode bob = lines.get(3);
      assertEquals(
          List.of("text", "prefers übung", "text/plain; charset=utf-8"), texts(bob, "value_text"));
      assertEquals("{\"score\":2.0,\"year\":2026}", bob.path("metadata").asText());
      assertEquals(
          List.of(2L, 1L, 2L),
          List.of(
              bob.path("version").asLong(),
              bob.path("value_version").asLong(),
              bob.path("metadata_version").asLong()));
      assertEquals(
          Tables.EXPIRES.getEpochSecond() * 1_000_000 + 7, bob.path("expires_at").asLong());
    }
  }

  private static List<String> texts(JsonNode row, String value) {
    return List.of(
        row.path("value_kind").asText(), row.path(value).asText(), row.path("media_type").asText());
  }

  private static boolean hasPyarrow(String python) throws InterruptedException {
    try {
      return start(python, "-c", "import pyarrow").waitFor() == 0;
    } catch (IOException _) {
      return false;
    }
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process process = start(command);
    String printed;
    try (var output = process.getInputStream()) {
      printed = new String(output.readAllBytes(), StandardCharsets.UTF_8);
    }
    assertEquals(0, process.waitFor(), printed);
    return printed;
  }

  private static Process start(String... command) throws IOException {
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }
}
