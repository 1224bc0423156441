package dev.nacre.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nacre.Database;
import dev.nacre.model.Value;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code nacre shell}, with a script and with a terminal. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class ShellTest {

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
            script.toString(), "-qec", shellCommand(), temporary.resolve("typescript").toString());
    builder.environment().putAll(Map.of("TERM", "xterm", "NO_COLOR", "1"));
    builder.environment().put("XDG_STATE_HOME", temporary.resolve("state").toString());
    Process process = builder.redirectErrorStream(true).start();
    StringBuilder seen = new StringBuilder();
    try (OutputStream keys = process.getOutputStream()) {
      await(process, seen, "nacre> ");
      type(keys, "pu\t notes n1 '{\"a\":12}'\r");
      await(process, seen, "version 1, committed");
      type(keys, "nonsense\003");
      await(process, seen, "nacre> ");
      type(keys, "watch notes\r");
      await(process, seen, "watch notes");
      type(keys, "\003");
      await(process, seen, "interrupted");
      type(keys, "get notes n1\r");
      await(process, seen, "{\"a\":12}");
      type(keys, "\004");
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), seen.toString());
      assertEquals(0, process.exitValue(), seen.toString());
      assertFalse(seen.toString().contains("Exception"), seen.toString());
    } finally {
      process.destroyForcibly();
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

  /** Reads until the text has come; what was read before does not count. */
  private static void await(Process process, StringBuilder seen, String text) throws IOException {
    int from = seen.length();
    while (seen.indexOf(text, from) < 0) {
      int read = process.getInputStream().read();
      if (read < 0) {
        throw new AssertionError("ended without \"" + text + "\": " + seen);
      }
      seen.append((char) read);
    }
  }
}
