package dev.nacre.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nacre.Database;
import dev.nacre.model.Value;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code nacre shell}, with a script and with a terminal. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class ShellTest {

  private static final String PROMPT = "nacre> ";

  @TempDir private Path temporary;

  private Commands.Outcome shell(String script) {
    return Commands.runWith(script, "shell", temporary.resolve("db").toString());
  }

  @Test
  void script_commandsWithoutDirectory_runOnOneOpenDatabase() {
    Commands.Outcome outcome =
        shell(
            """
            # two versions
            put notes n1 '{"line": "a\\nb"}' --actor ada
            put notes n1 2

            get notes n1 --as-of 1
            get notes n1
            delete notes n1
            restore notes n1 --as-of 1
            diff notes --from 2 --to 4
            verify
            stats
            namespaces
            """);
    assertEquals(0, outcome.code(), outcome.out() + outcome.err());
    assertTrue(outcome.out().contains("{\"line\": \"a\\nb\"}\n2\n"), outcome.out());
    assertTrue(outcome.out().contains("~ n1\n"), outcome.out());
    assertTrue(outcome.err().contains("at version 0"), outcome.err());
    assertEquals(1, outcome.err().lines().count(), outcome.err());
  }

  @Test
  void script_failingLine_endsWithItsExitCode() {
    Commands.Outcome outcome = shell("put notes n1 1\nget notes none\nput notes n2 2\n");
    assertEquals(1, outcome.code());
    assertTrue(outcome.err().contains("none"), outcome.err());
    assertEquals("1\n", shell("get notes n1\nexit\nget notes none").out());
    assertEquals(1, shell("get notes n2").code());
    assertEquals(ExitCode.USAGE, shell("get notes 'n2").code());
    assertEquals(ExitCode.USAGE, shell("quickstart").code());
    assertEquals(ExitCode.USAGE, shell("nonsense").code());
    Commands.Outcome help = shell("help get");
    assertTrue(help.out().contains("get [-hV"), help.out());
  }

  @Test
  void script_emptyWordsAndBlanksAtTheEnd_areWhatTheySay() {
    Commands.Outcome outcome = shell("put notes n1 '\"\"' \nget notes n1 \nnamespaces \t\n");
    assertEquals(0, outcome.code(), outcome.err());
    assertTrue(outcome.out().contains("\"\"\n"), outcome.out());
    Commands.Outcome empty = shell("\"\"\nget notes n1");
    assertEquals(ExitCode.USAGE, empty.code(), empty.err());
    assertFalse(empty.err().contains("Exception"), empty.err());
  }

  @Test
  void script_besideAnOwner_readsAndReopens() throws Exception {
    try (Database owner = Database.open(temporary.resolve("db"))) {
      owner.put("notes", "n1", Value.json("1")).get();
      Commands.Outcome outcome = shell("get notes n1\nreopen\nget notes n1\nput notes n1 2");
      assertEquals(22, outcome.code(), outcome.err());
      assertEquals("1\n1\n", outcome.out());
      assertTrue(outcome.err().contains("read beside its owner"), outcome.err());
      assertTrue(outcome.err().contains("read-only"), outcome.err());
    }
  }

  @Test
  void terminal_linesAreEditedAndCtrlDEnds() throws Exception {
    Path script = Path.of("/usr/bin/script");
    assumeTrue(Files.isExecutable(script), "no util-linux script here to make a terminal with");
    ProcessBuilder builder =
        new ProcessBuilder(
            script.toString(), "-qefc", shellCommand(), temporary.resolve("typescript").toString());
    builder.environment().putAll(Map.of("TERM", "xterm", "NO_COLOR", "1"));
    builder.environment().put("XDG_STATE_HOME", temporary.resolve("state").toString());
    Process process = builder.redirectErrorStream(true).start();
    AtomicReference<String> seen = new AtomicReference<>("");
    Thread reader = Thread.ofPlatform().daemon().start(() -> read(process, seen));
    try (OutputStream keys = process.getOutputStream()) {
      int at = await(seen, 0, PROMPT);
      type(keys, "put notes n1 '{\"a\":12}'\r");
      at = await(seen, await(seen, at, "version 1, committed"), PROMPT);
      type(keys, "watch notes\r");
      at = await(seen, at, "watch notes");
      type(keys, "\003");
      at = await(seen, await(seen, at, "interrupted"), PROMPT);
      type(keys, "ge\tnotes n1\r");
      assertTrue(await(seen, await(seen, at, "{\"a\":12}"), PROMPT) > at);
      type(keys, "\004");
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), seen.get());
      assertEquals(0, process.exitValue(), seen.get());
      assertFalse(seen.get().contains("Exception"), seen.get());
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      reader.join();
    }
    assertTrue(
        Files.readString(temporary.resolve("state/nacre/shell-history")).contains("get notes n1"));
    try (Database database = Database.open(temporary.resolve("db"))) {
      assertEquals(
          "{\"a\":12}", database.require("notes", "n1").get().value().orElseThrow().asString());
    }
  }

  private String shellCommand() {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--add-modules=jdk.incubator.vector",
            "--sun-misc-unsafe-memory-access=allow",
            "-Xmx512m",
            "-cp",
            "'" + System.getProperty("java.class.path") + "'",
            Main.class.getName(),
            "shell",
            "'" + temporary.resolve("db") + "'"));
    // A terminal of no size shows no prompt.
    return "stty rows 24 cols 100; exec " + String.join(" ", words);
  }

  private static void type(OutputStream keys, String text) throws IOException {
    keys.write(text.getBytes(StandardCharsets.UTF_8));
    keys.flush();
  }

  private static void read(Process process, AtomicReference<String> seen) {
    try (Reader output = process.inputReader(StandardCharsets.UTF_8)) {
      for (int c = output.read(); c >= 0; c = output.read()) {
        char next = (char) c;
        seen.updateAndGet(before -> before + next);
      }
    } catch (IOException e) {
      seen.updateAndGet(before -> before + e);
    }
  }

  /** Waits for a text behind {@code from}; where it ends. */
  private static int await(AtomicReference<String> seen, int from, String text) {
    Awaitility.await(text)
        .atMost(Duration.ofSeconds(60))
        .failFast(
            () -> assertFalse(seen.get().contains("Exception"), () -> "failed: " + seen.get()))
        .untilAsserted(() -> assertTrue(seen.get().indexOf(text, from) >= 0, seen::get));
    return seen.get().indexOf(text, from) + text.length();
  }
}
