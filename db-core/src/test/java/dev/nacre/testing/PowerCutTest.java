package dev.nacre.testing;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.CorruptionException;
import dev.nacre.error.NacreException;
import dev.nacre.error.UnavailableException;
import dev.nacre.maintain.Problem;
import dev.nacre.maintain.VerifyReport;
import dev.nacre.model.Durability;
import dev.nacre.model.Value;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.verify.StoreVerification;
import dev.nacre.store.verify.ViewCheck;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a power cut leaves is mended by opening; the same bytes left by a bad disk are refused. */
class PowerCutTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  @TempDir private Path work;
  private Path directory;
  private Path left;

  @BeforeEach
  void name() {
    directory = work.resolve("db");
    left = work.resolve("left");
  }

  /** What a killed process would leave of 20 commits, half of them in sorted files. */
  private String leave() throws IOException {
    try (Store store = Store.open(directory)) {
      for (int i = 0; i < 20; i++) {
        WriteBatch batch = WriteBatch.builder().put("ns", "k" + i, Value.text("v" + i)).build();
        var _ = store.commit(batch, Durability.SYNC, TIMEOUT).join();
        if (i == 9) {
          var _ = store.compact();
        }
      }
      TestDirectories.copy(directory, left);
      return store.lineage();
    }
  }

  @Test
  void killedOwner_keepsTheLineage() throws IOException {
    String lineage = leave();
    try (Store store = Store.open(left)) {
      assertEquals(lineage, store.lineage());
      assertEquals(20, store.now().version());
    }
  }

  @Test
  void ownerOfAnotherBoot_orNone_renewsTheLineage() throws IOException {
    String lineage = leave();
    Path owner = left.resolve("OWNER");
    Files.writeString(owner, Files.readString(owner).replaceAll("boot=\\S+", "boot=another"));
    String renewed;
    try (Store store = Store.open(left)) {
      renewed = store.lineage();
      assertNotEquals(lineage, renewed);
      assertEquals(20, store.now().version());
    }
    // It was closed in order since.
    try (Store store = Store.open(left)) {
      assertEquals(renewed, store.lineage());
    }
    Path none = work.resolve("none");
    TestDirectories.copy(directory, none);
    Files.delete(none.resolve("CLEAN"));
    try (Store store = Store.open(none)) {
      assertNotEquals(lineage, store.lineage());
    }
  }

  @Test
  void tornManifest_isCutOffByOpening() throws IOException {
    var _ = leave();
    Path manifest = manifest(left);
    // A record of which the header has arrived and the content has not.
    byte[] torn = new byte[300];
    torn[0] = 77;
    torn[4] = 40;
    torn[6] = 1;
    var _ = Files.write(manifest, torn, StandardOpenOption.APPEND);
    byte[] before = Files.readAllBytes(manifest);

    VerifyReport report = StoreVerification.run(left, ViewCheck.NONE);
    assertTrue(report.problemsFound() > 0);
    for (Problem problem : report.problems()) {
      assertEquals(Problem.Remedy.NONE, problem.remedy(), problem::toString);
    }
    NacreException refusal =
        assertThrows(
            UnavailableException.class, () -> Store.open(StoreOptions.in(left).asReadOnly()));
    assertTrue(String.valueOf(refusal.getMessage()).contains("open the directory once"));
    assertArrayEquals(before, Files.readAllBytes(manifest));

    try (Store store = Store.open(left)) {
      assertEquals(20, store.now().version());
    }
    assertTrue(StoreVerification.run(left, ViewCheck.NONE).isClean());
  }

  @Test
  void tornManifest_ofAStoreWithoutCommits_orOneClosedInOrder_isCutOffByOpening()
      throws IOException {
    byte[] torn = new byte[300];
    torn[0] = 77;
    torn[4] = 40;
    torn[6] = 1;
    for (int commits = 0; commits < 2; commits++) {
      Path closed = work.resolve("closed" + commits);
      try (Store store = Store.open(closed)) {
        for (int i = 0; i < commits; i++) {
          WriteBatch batch = WriteBatch.builder().put("ns", "k" + i, Value.text("v")).build();
          var _ = store.commit(batch, Durability.SYNC, TIMEOUT).join();
        }
      }
      var _ = Files.write(manifest(closed), torn, StandardOpenOption.APPEND);
      try (Store store = Store.open(closed)) {
        assertEquals(commits, store.now().version());
      }
      assertTrue(StoreVerification.run(closed, ViewCheck.NONE).isClean());
    }
  }

  @Test
  void damagedEndOfAManifest_thatWasActedUpon_isRefusedAndNothingChanges() throws IOException {
    var _ = leave();
    Path manifest = manifest(left);
    byte[] bytes = Files.readAllBytes(manifest);
    // The last record says which files a compaction has made of others, which are gone.
    bytes[bytes.length - 2] ^= 1;
    Files.write(manifest, bytes);
    String before = listing(left);
    CorruptionException refusal = assertThrows(CorruptionException.class, () -> Store.open(left));
    assertTrue(
        (refusal.getMessage() + refusal.details()).contains(manifest.getFileName().toString()),
        refusal::toString);
    assertThrows(CorruptionException.class, () -> Store.open(left));
    assertArrayEquals(bytes, Files.readAllBytes(manifest));
    assertEquals(before, listing(left));
  }

  private static Path manifest(Path directory) throws IOException {
    Path store = directory.resolve("store");
    return store.resolve(Files.readString(store.resolve("CURRENT")).strip());
  }

  /** Names and sizes of the files that matter; RocksDB begins a log for people. */
  private static String listing(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return Arrays.toString(
          files
              .filter(Files::isRegularFile)
              .filter(file -> !file.getFileName().toString().startsWith("LOG"))
              .map(file -> directory.relativize(file) + " " + file.toFile().length())
              .filter(line -> !line.contains("OWNER") && !line.contains("LOCK"))
              .sorted()
              .toArray());
    }
  }

  /**
   * An image of the crash tests: of two log files that were never forced to the disk the first has
   * arrived empty, the second with the floors of a namespace that the first had created.
   */
  @Test
  void floorsOfANamespaceWhoseCreationIsLost_areLostWithIt() throws IOException {
    unpack("floors-behind-a-lost-log.zip", left);
    for (Problem problem : StoreVerification.run(left, ViewCheck.NONE).problems()) {
      assertEquals(Problem.Remedy.NONE, problem.remedy(), problem::toString);
    }
    try (Store store = Store.open(left)) {
      assertEquals(0, store.now().version());
      WriteBatch batch = WriteBatch.builder().put("ns", "k", Value.text("v")).build();
      assertEquals(1, store.commit(batch, Durability.SYNC, TIMEOUT).join().version());
    }
    assertTrue(StoreVerification.run(left, ViewCheck.NONE).isClean());
  }

  private static void unpack(String name, Path target) throws IOException {
    try (InputStream resource = PowerCutTest.class.getResourceAsStream(name);
        ZipInputStream files = new ZipInputStream(requireNonNull(resource, name))) {
      for (ZipEntry entry = files.getNextEntry(); entry != null; entry = files.getNextEntry()) {
        Path file = target.resolve(entry.getName());
        Files.createDirectories(requireNonNull(file.getParent()));
        Files.copy(files, file);
      }
    }
  }
}
