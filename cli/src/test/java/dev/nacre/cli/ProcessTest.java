package dev.nacre.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.Database;
import dev.nacre.error.ErrorCode;
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
      assertEquals(ExitCode.of(ErrorCode.LOCKED), outcome.code());
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
  void commands_besideALivingOwner_readAtAStatedVersionAndDoNotWrite(@TempDir Path temporary)
      throws Exception {
    String directory = temporary.resolve("db").toString();
    assertEquals(0, Commands.run("put", directory, "notes", "n1", "1").code());
    Process holder = Commands.start(DirectoryHolder.class, directory);
    try (BufferedReader lines = holder.inputReader(StandardCharsets.UTF_8)) {
      String line = lines.readLine();
      assertTrue(line != null && line.startsWith("open"), "the holder said: " + line);
      String said = "nacre: reading beside its owner, process " + holder.pid();
      for (String[] arguments :
          new String[][] {
            {"get", directory, "notes", "n1"},
            {"log", directory, "notes", "n1"},
            {"scan", directory, "notes"},
            {"namespaces", directory},
            {"stats", directory},
            {"export", directory}
          }) {
        Commands.Outcome outcome = Commands.run(arguments);
        assertEquals(0, outcome.code(), outcome.err());
        assertTrue(outcome.err().startsWith(said), outcome.err());
        assertTrue(outcome.err().contains("at version 1"), outcome.err());
      }
      Commands.Outcome verified = Commands.run("verify", directory);
      assertEquals(0, verified.code(), verified.out() + verified.err());
      for (String[] arguments :
          new String[][] {
            {"put", directory, "notes", "n1", "2"},
            {"delete", directory, "notes", "n1"},
            {"configure", directory, "notes", "--no-time-to-live"},
            {"import", directory, "-"},
            {"backup", directory, temporary.resolve("backups").toString()},
            {"compact", directory},
            {"purge", directory, "notes", "n1", "--yes"},
            {"repair", directory}
          }) {
        Commands.Outcome outcome = Commands.run(arguments);
        assertEquals(ExitCode.of(ErrorCode.LOCKED), outcome.code(), outcome.err());
        assertTrue(outcome.err().contains(Long.toString(holder.pid())), outcome.err());
      }
    } finally {
      holder.destroyForcibly();
      assertTrue(holder.waitFor(30, TimeUnit.SECONDS));
    }
    // Killed: what it has left names nobody who lives.
    Commands.Outcome after = Commands.run("get", directory, "notes", "n1");
    assertEquals("1\n", after.out());
    assertEquals("", after.err());
  }

  @Test
  void quickstart_foreignDirectory_readableErrorAndNothingWritten(@TempDir Path temporary)
      throws IOException {
    Files.writeString(temporary.resolve("letter.txt"), "dear reader");
    Commands.Outcome outcome = Commands.run("quickstart", "-d", temporary.toString());
    assertEquals(ExitCode.of(ErrorCode.FORMAT), outcome.code());
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
