package dev.nacre.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.nacre.Database;
import dev.nacre.model.Value;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code diff}, {@code restore} and {@code watch}. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class TimeCommandsTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir private Path temporary;
  private String db;

  @BeforeEach
  void path() {
    db = temporary.resolve("db").toString();
  }

  @CanIgnoreReturnValue
  private static String ok(String... arguments) {
    Commands.Outcome outcome = Commands.run(arguments);
    assertEquals(0, outcome.code(), outcome.out() + outcome.err());
    return outcome.out();
  }

  private static void assertFails(int code, String message, String... arguments) {
    Commands.Outcome outcome = Commands.run(arguments);
    assertEquals(code, outcome.code(), outcome.out() + outcome.err());
    assertTrue(outcome.err().contains(message), outcome.err());
  }

  private static List<JsonNode> lines(String out) {
    return out.lines()
        .map(
            line -> {
              try {
                return MAPPER.readTree(line);
              } catch (JsonProcessingException e) {
                throw new AssertionError(line, e);
              }
            })
        .toList();
  }

  @Test
  void diff_betweenMoments_showsPatchesFieldsAndWhatCameAndWent() {
    ok("put", db, "notes", "n1", "{\"a\":1,\"b\":2}", "--metadata", "{\"year\":2020}");
    ok("put", db, "notes", "n2", "two", "--text");
    ok("put", db, "notes", "n1", "{\"a\":1,\"b\":3}", "--metadata", "{\"year\":2021}");
    ok("delete", db, "notes", "n2");
    ok("put", db, "notes", "n3", "3", "--vector", "[1,0]");
    assertEquals(
        """
        ~ n1
            {"op":"replace","path":"/b","value":3}
            - year: 2020
            + year: 2021
        - n2
            - two
        + n3
            + 3
            + embedding default
        """,
        ok("diff", db, "notes", "--from", "2"));
    List<JsonNode> diffs = lines(ok("diff", db, "notes", "--from", "2", "--json"));
    assertEquals(3, diffs.size());
    assertEquals("/b", diffs.getFirst().path("patch").path(0).path("path").asText());
    assertEquals("REMOVED", diffs.get(1).path("change").asText());
    assertEquals(2020, diffs.getFirst().path("metadata").path(0).path("before").asInt());
    assertEquals(3, diffs.get(2).path("after").path("value").asInt());
    assertEquals("", ok("diff", db, "notes", "--from", "2", "--to", "2"));
    assertTrue(ok("diff", db, "notes", "n3", "--from", "2").startsWith("+ n3\n"));
    assertEquals(
        2, ok("diff", db, "notes", "--prefix", "n2", "--from", "2", "--to", "5").lines().count());
    assertEquals(1, lines(ok("diff", db, "notes", "--from", "2", "--json", "-n", "1")).size());
    assertFails(ExitCode.NOT_FOUND, "no namespace", "diff", db, "none", "--from", "1");
    assertFails(ExitCode.USAGE, "--from", "diff", db, "notes");
    assertFails(
        ExitCode.USAGE, "not both", "diff", db, "notes", "k", "--prefix", "p", "--from", "1");
  }

  @Test
  void restore_ofKeyPrefixAndNamespace_writesTheOldStateAsANewVersion() {
    ok("put", db, "notes", "n1", "1");
    ok("put", db, "notes", "n2", "2");
    ok("put", db, "notes", "n1", "10", "--metadata", "{\"x\":1}");
    ok("delete", db, "notes", "n2");
    assertTrue(ok("restore", db, "notes", "n1", "--as-of", "1").startsWith("version 5, "));
    assertEquals("1\n", ok("get", db, "notes", "n1"));
    assertFalse(ok("get", db, "notes", "n1", "--json").contains("metadata"));
    assertFails(13, "version 5", "restore", db, "notes", "n1", "--as-of", "3", "--if-version", "3");
    ok("restore", db, "notes", "--prefix", "n2", "--as-of", "2", "--actor", "ada");
    assertEquals("2\n", ok("get", db, "notes", "n2"));
    ok("restore", db, "notes", "--whole-namespace", "--as-of", "3");
    assertEquals("10\n", ok("get", db, "notes", "n1"));
    assertFails(ExitCode.USAGE, "--as-of", "restore", db, "notes", "n1");
    assertFails(ExitCode.USAGE, "name a KEY", "restore", db, "notes", "--as-of", "1");
    assertFails(
        ExitCode.USAGE,
        "goes with a KEY",
        "restore",
        db,
        "notes",
        "--whole-namespace",
        "--as-of",
        "1",
        "--if-version",
        "1");
  }

  @Test
  void watch_noFollow_showsWhatIsThereAndEnds() {
    ok("put", db, "notes", "n1", "1", "--actor", "ada");
    ok("put", db, "notes", "other", "2");
    ok("put", db, "notes", "n1", "3");
    assertEquals("", ok("watch", db, "notes", "--no-follow"));
    List<JsonNode> events =
        lines(ok("watch", db, "notes", "--after", "0", "--no-follow", "--json", "--records"));
    assertEquals(
        List.of("NAMESPACE_CREATED", "RECORD", "RECORD", "RECORD"),
        events.stream().map(event -> event.path("event").asText()).toList());
    assertEquals("ada", events.get(1).path("attributes").path("actor").asText());
    assertEquals(1, events.get(1).path("record").path("value").asInt());
    String text = ok("watch", db, "notes", "--after", "1", "--no-follow", "--prefix", "n");
    assertTrue(text.startsWith("version 3  "), text);
    assertTrue(text.endsWith("  upsert  n1\n"), text);
  }

  @Test
  void watch_besideAnOwnerThatWrites_showsEachChangeOnceInOrder() throws Exception {
    try (Database owner = Database.open(Path.of(db))) {
      owner.put("notes", "k0", Value.json("0")).get();
      CompletableFuture<Commands.Outcome> watch =
          CompletableFuture.supplyAsync(
              () -> Commands.run("watch", db, "notes", "--after", "0", "-n", "41", "--json"));
      for (int i = 1; i < 40; i++) {
        owner.put("notes", "k" + i, Value.json(Integer.toString(i))).get();
      }
      Commands.Outcome outcome = watch.get();
      assertEquals(0, outcome.code(), outcome.err());
      List<JsonNode> events = lines(outcome.out());
      assertEquals("NAMESPACE_CREATED", events.getFirst().path("event").asText());
      for (int i = 0; i < 40; i++) {
        assertEquals("k" + i, events.get(i + 1).path("key").asText());
        assertEquals(i + 1, events.get(i + 1).path("version").asLong());
      }
      assertEquals(1, outcome.err().lines().count(), outcome.err());
    }
  }
}
