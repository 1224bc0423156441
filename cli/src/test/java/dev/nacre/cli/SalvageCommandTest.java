package dev.nacre.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nacre.error.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code nacre repair --salvage} and {@code nacre export --history}. */
class SalvageCommandTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir private Path temporary;
  private String db = "";
  private String saved = "";

  @BeforeEach
  void fill() {
    db = temporary.resolve("db").toString();
    saved = temporary.resolve("saved").toString();
    assertEquals(0, Commands.run("put", db, "notes", "n1", "1").code());
    assertEquals(0, Commands.run("put", db, "notes", "n1", "2", "--actor", "ada").code());
  }

  @Test
  void undamaged_salvaged_everythingAndExitCodeZero() {
    Commands.Outcome outcome = Commands.run("repair", db, "--salvage", saved);
    assertEquals(0, outcome.code(), outcome.out() + outcome.err());
    assertTrue(outcome.out().contains("everything was readable"), outcome.out());
    assertEquals("2\n", Commands.run("get", saved, "notes", "n1").out());
    assertEquals("1\n", Commands.run("get", saved, "notes", "n1", "--as-of", "1").out());
  }

  @Test
  void withoutItsManifest_salvaged_reportAndExitCodeOne() throws Exception {
    try (var files = Files.list(Path.of(db, "store"))) {
      for (Path file : files.filter(f -> f.toString().contains("MANIFEST")).toList()) {
        Files.delete(file);
      }
    }
    Commands.Outcome outcome = Commands.run("repair", db, "--salvage", saved, "--json");
    assertEquals(1, outcome.code(), outcome.err());
    JsonNode report = MAPPER.readTree(outcome.out());
    assertFalse(report.path("whole").asBoolean());
    assertEquals(2, report.path("version").asLong());
    assertTrue(report.path("files").toString().contains("the manifest is missing"), outcome.out());
    assertEquals(1, report.path("namespaces").path(0).path("records").asLong());
    assertEquals("2\n", Commands.run("get", saved, "notes", "n1").out());
    // Never over something that is there.
    Commands.Outcome again = Commands.run("repair", db, "--salvage", saved);
    assertEquals(ExitCode.of(ErrorCode.VALIDATION), again.code());
  }

  @Test
  void history_exported_oneLineAChange() throws Exception {
    Commands.Outcome outcome = Commands.run("export", db, "--history");
    assertEquals(0, outcome.code(), outcome.err());
    assertTrue(outcome.err().contains("2 changes of 1 namespaces"), outcome.err());
    JsonNode second = MAPPER.readTree(outcome.out().lines().toList().get(3));
    assertEquals("put", second.path("operation").asText());
    assertEquals("ada", second.path("actor").asText());
    Commands.Outcome refused =
        Commands.runWith(outcome.out(), "import", temporary.resolve("copy").toString(), "-");
    assertEquals(ExitCode.of(ErrorCode.VALIDATION), refused.code());
  }
}
