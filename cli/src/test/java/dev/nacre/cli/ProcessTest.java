package dev.nacre.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nacre.Database;
import dev.nacre.model.Commit;
import dev.nacre.model.Value;
import dev.nacre.model.WriteBatch;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What only a process of its own shows: pipes, full disks, signals. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class ProcessTest {
  private static final int RECORDS = 20_000;

  @TempDir private Path temporary;

  @Test
  void get_ofBytesIntoAPipe_writesThemAsTheyAre() throws Exception {
    byte[] bytes = new byte[100_000];
    new Random(1).nextBytes(bytes);
    try (Database db = Database.open(directory())) {
      Commit _ = db.put("notes", "b", Value.bytes(bytes, "image/png")).get();
    }
    Process process = Commands.start(Main.class, "get", directory().toString(), "notes", "b");
    assertArrayEquals(bytes, process.getInputStream().readAllBytes());
    assertEquals(0, process.waitFor());
  }

  @Test
  void scan_ontoAFullDisk_failsAndSaysSo() throws Exception {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.isWritable(full), "no /dev/full here");
    fill();
    Path error = temporary.resolve("error");
    Process process =
        Commands.builder(Main.class, "scan", directory().toString(), "notes")
            .redirectOutput(full.toFile())
            .redirectError(error.toFile())
            .start();
    assertEquals(22, process.waitFor());
    assertTrue(Files.readString(error).contains("standard output cannot be written"));
  }

  @Test
  void scan_whoseReaderHasSeenEnough_endsQuietly() throws Exception {
    fill();
    Path error = temporary.resolve("error");
    Process process =
        Commands.builder(Main.class, "scan", directory().toString(), "notes", "--json")
            .redirectError(error.toFile())
            .start();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      assertTrue(String.valueOf(lines.readLine()).contains("k0"));
    }
    assertEquals(0, process.waitFor());
    assertFalse(Files.readString(error).contains("nacre:"), Files.readString(error));
  }

  @Test
  void import_thatIsToldToEnd_endsWithWhatItHasCommitted() throws Exception {
    Path file = temporary.resolve("records.jsonl");
    fill();
    assertEquals(0, Commands.run("export", directory().toString(), "-o", file.toString()).code());
    Path target = temporary.resolve("target");
    Process process =
        Commands.start(Main.class, "import", target.toString(), file.toString(), "--batch", "1");
    Awaitility.await().until(() -> records(target) > 20);
    process.destroy();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    long left = records(target);
    assertTrue(left > 20 && left < RECORDS, () -> left + " records");
    assertEquals(0, Commands.run("verify", target.toString()).code());
  }

  private Path directory() {
    return temporary.resolve("db");
  }

  private void fill() throws Exception {
    try (Database db = Database.open(directory())) {
      for (int from = 0; from < RECORDS; from += 1_000) {
        WriteBatch.Builder batch = WriteBatch.builder();
        for (int i = from; i < from + 1_000; i++) {
          batch.put("notes", "k" + i, Value.json("{\"n\":" + i + "}"));
        }
        Commit _ = db.batch(batch.build()).get();
      }
    }
  }

  /** Beside the process that writes. */
  private static long records(Path database) throws IOException {
    if (!Files.exists(database.resolve("store").resolve("CURRENT"))) {
      return 0;
    }
    try (Database db = Database.openReadOnly(database)) {
      return db.stats().join().readPoint().version();
    } catch (RuntimeException e) {
      // Not yet made whole: looked at again.
      return 0;
    }
  }
}
