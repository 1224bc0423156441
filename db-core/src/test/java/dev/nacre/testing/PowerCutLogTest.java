package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.CorruptionException;
import dev.nacre.error.UnavailableException;
import dev.nacre.model.Durability;
import dev.nacre.model.Value;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.layout.StoreDirectory;
import dev.nacre.store.verify.StoreVerification;
import dev.nacre.store.verify.ViewCheck;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A log of which a power cut has kept more of the later part than of the earlier: commits that
 * nobody was told are durable. The records of a real log are spread over two files with some left
 * out.
 */
class PowerCutLogTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final int COMMITS = 12;

  /** Checksum, length and type of a record of the log. */
  private static final int HEADER = 7;

  @TempDir private Path work;

  /** What a killed process would leave of commits that were not forced to the disk. */
  private Path left(boolean sorted) throws IOException {
    Path directory = work.resolve("db");
    Path left = work.resolve("left");
    try (Store store = Store.open(directory)) {
      if (sorted) {
        commit(store, "first", Durability.SYNC);
        var _ = store.compact();
      }
      for (int i = 0; i < COMMITS; i++) {
        commit(store, "k" + i, Durability.ASYNC);
      }
      TestDirectories.copy(directory, left);
    }
    return left;
  }

  private static void commit(Store store, String key, Durability durability) {
    var _ =
        store
            .commit(
                WriteBatch.builder().put("ns", key, Value.text("v")).build(), durability, TIMEOUT)
            .join();
  }

  private static List<Path> logs(Path directory) throws IOException {
    List<Path> logs = new ArrayList<>();
    try (DirectoryStream<Path> found =
        Files.newDirectoryStream(directory.resolve("store"), "*.log")) {
      found.forEach(logs::add);
    }
    logs.sort(null);
    return logs;
  }

  /** The records of the newest log, the last of them one commit each. */
  private static List<byte[]> records(Path log) throws IOException {
    byte[] bytes = Files.readAllBytes(log);
    List<byte[]> records = new ArrayList<>();
    int at = 0;
    while (at + HEADER <= bytes.length && bytes[at + 6] != 0) {
      int length = (bytes[at + 4] & 0xff) | (bytes[at + 5] & 0xff) << 8;
      int end = at + HEADER + length;
      records.add(Arrays.copyOfRange(bytes, at, end));
      at = end;
    }
    return records;
  }

  private static void write(Path log, List<byte[]> records) throws IOException {
    try (var out = Files.newOutputStream(log)) {
      for (byte[] record : records) {
        out.write(record);
      }
    }
  }

  private static Path later(Path log, int by) {
    long number = Long.parseLong(String.valueOf(log.getFileName()).replace(".log", ""));
    return log.resolveSibling("%06d.log".formatted(number + by));
  }

  /** Leaves out the third-last and the fourth-last commit; the last two are in a later file. */
  private static void cutInTheMiddle(Path left) throws IOException {
    Path log = logs(left).getLast();
    List<byte[]> records = records(log);
    int count = records.size();
    write(log, records.subList(0, count - 4));
    write(later(log, 100), records.subList(count - 2, count - 1));
    write(later(log, 101), records.subList(count - 1, count));
  }

  private static void anotherBoot(Path left) throws IOException {
    Path owner = left.resolve("OWNER");
    Files.writeString(owner, Files.readString(owner).replaceAll("boot=\\S+", "boot=another"));
  }

  @Test
  void commitsBehindAGap_areCutOffWithWhatIsMissing() throws IOException {
    Path left = left(false);
    cutInTheMiddle(left);
    assertEquals(3, logs(left).size());
    UnavailableException refusal =
        assertThrows(
            UnavailableException.class, () -> Store.open(StoreOptions.in(left).asReadOnly()));
    assertTrue(String.valueOf(refusal.getMessage()).contains("torn ends"), refusal::toString);
    assertEquals(3, logs(left).size(), "reading cuts nothing off");
    try (Store store = Store.open(left)) {
      assertEquals(COMMITS - 4, store.now().version());
      assertTrue(store.get(store.now(), "ns", "k" + (COMMITS - 5), Set.of()).isPresent());
      assertTrue(store.get(store.now(), "ns", "k" + (COMMITS - 1), Set.of()).isEmpty());
    }
    assertTrue(StoreVerification.run(left, ViewCheck.NONE).isClean());
  }

  @Test
  void commitsBehindAGap_thatTheMarkOfACleanCloseVouchesFor_areNotCutOff() throws IOException {
    Path left = left(false);
    cutInTheMiddle(left);
    StoreDirectory.markClean(left, COMMITS);
    List<Path> logs = logs(left);
    byte[] last = Files.readAllBytes(logs.getLast());
    CorruptionException refusal = assertThrows(CorruptionException.class, () -> Store.open(left));
    assertEquals(logs.getFirst().toString(), refusal.details().get("file"), refusal::toString);
    assertEquals(logs, logs(left));
    assertArrayEquals(last, Files.readAllBytes(logs.getLast()));
  }

  @Test
  void beginningOfTheLogLost_afterAPowerCut_isCutOffWithWhatIsBehindIt() throws IOException {
    Path left = left(true);
    Path log = logs(left).getLast();
    List<byte[]> records = records(log);
    write(log, records.subList(records.size() - 3, records.size()));
    anotherBoot(left);
    try (Store store = Store.open(left)) {
      assertEquals(1, store.now().version());
      assertTrue(store.get(store.now(), "ns", "first", Set.of()).isPresent());
    }
    assertTrue(StoreVerification.run(left, ViewCheck.NONE).isClean());
  }

  @Test
  void beginningOfTheLogLost_thoughThePowerWasNot_isCorruption() throws IOException {
    Path left = left(true);
    Path log = logs(left).getLast();
    List<byte[]> records = records(log);
    write(log, records.subList(records.size() - 3, records.size()));
    byte[] before = Files.readAllBytes(log);
    assertThrows(CorruptionException.class, () -> Store.open(left));
    assertArrayEquals(before, Files.readAllBytes(log));
    // Whoever tries again is told again.
    assertThrows(CorruptionException.class, () -> Store.open(left));
    assertFalse(StoreVerification.run(left, ViewCheck.NONE).isClean());
  }

  @Test
  void endOfTheLogLost_needsNoMending() throws IOException {
    Path left = left(true);
    Path log = logs(left).getLast();
    List<byte[]> records = records(log);
    write(log, records.subList(0, records.size() - 3));
    anotherBoot(left);
    try (Store store = Store.open(left)) {
      assertEquals(1 + COMMITS - 3, store.now().version());
    }
  }

  @Test
  void manifestCutOffInItsLastRecord_isOpenedAsItIs() throws IOException {
    Path left = left(true);
    Path store = left.resolve("store");
    Path manifest = store.resolve(Files.readString(store.resolve("CURRENT")).strip());
    // The header of a record that never came.
    byte[] bytes = Files.readAllBytes(manifest);
    Files.write(manifest, Arrays.copyOf(bytes, bytes.length + 3));
    try (Store opened = Store.open(StoreOptions.in(left).asReadOnly())) {
      assertEquals(1 + COMMITS, opened.now().version());
    }
    try (Store opened = Store.open(left)) {
      assertEquals(1 + COMMITS, opened.now().version());
    }
  }
}
