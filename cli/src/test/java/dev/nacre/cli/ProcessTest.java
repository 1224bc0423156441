package dev.nacre.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.Database;
import dev.nacre.model.ScanRequest;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command beside other processes, and ended from outside. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class ProcessTest {

  @Test
  void quickstart_directoryHeldByAnotherProcess_readableError(@TempDir Path temporary)
      throws Exception {
    Path directory = temporary.resolve("db");
    Process holder = Commands.start(DirectoryHolder.class, directory.toString());
    try (BufferedReader lines = holder.inputReader(StandardCharsets.UTF_8)) {
      String line = lines.readLine();
      assertTrue(line != null && line.startsWith("open"), "the holder said: " + line);
      Commands.Outcome outcome = Commands.run("quickstart", "-d", directory.toString());
      assertEquals(ExitCode.FAILED, outcome.code());
      assertTrue(outcome.err().startsWith("nacre: "), outcome.err());
      assertTrue(outcome.err().contains("LOCKED"), outcome.err());
      assertTrue(outcome.err().contains(Long.toString(holder.pid())), outcome.err());
      assertFalse(outcome.err().contains("\tat "), "a stack trace: " + outcome.err());
    } finally {
      holder.destroy();
      assertTrue(holder.waitFor(30, TimeUnit.SECONDS));
    }
  }

  @Test
  void quickstart_foreignDirectory_readableErrorAndNothingWritten(@TempDir Path temporary)
      throws IOException {
    Files.writeString(temporary.resolve("letter.txt"), "dear reader");
    Commands.Outcome outcome = Commands.run("quickstart", "-d", temporary.toString());
    assertEquals(ExitCode.FAILED, outcome.code());
    assertTrue(outcome.err().contains("FORMAT"), outcome.err());
    assertTrue(outcome.err().contains(temporary.toString()), outcome.err());
    try (var files = Files.list(temporary)) {
      assertEquals(1, files.count());
    }
  }

  @Test
  void quickstart_terminatedWhileStoring_closesTheDatabase(@TempDir Path temporary)
      throws Exception {
    Path directory = temporary.resolve("db");
    Process process = Commands.start(Main.class, "quickstart", "-d", directory.toString());
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      String line = lines.readLine();
      while (line != null && !line.contains(" 25 %")) {
        line = lines.readLine();
      }
      assertNotNull(line, "ended before a quarter was stored");
      // By its handle: destroying the Process itself closes its streams, and its last words are
      // wanted.
      assertTrue(process.toHandle().destroy());
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), "did not end");
      String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(err.contains("interrupted; the database was closed"), err);
      assertEquals(143, process.exitValue());
    } finally {
      process.destroyForcibly();
    }
    try (Database database = Database.open(directory)) {
      int stored =
          database.scanPage(ScanRequest.of("cranfield").withLimit(10_000)).join().items().size();
      assertTrue(stored >= 1_398 / 4 && stored < 1_398, "stored: " + stored);
    }
  }
}
