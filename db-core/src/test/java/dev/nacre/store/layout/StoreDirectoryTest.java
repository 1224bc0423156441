package dev.nacre.store.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.nacre.error.CorruptionException;
import dev.nacre.error.DatabaseClosedException;
import dev.nacre.error.FormatException;
import dev.nacre.error.LockedException;
import dev.nacre.error.NacreException;
import dev.nacre.error.UnavailableException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class StoreDirectoryTest {
  private static final boolean WINDOWS =
      System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");

  @TempDir Path temp;

  @Test
  void open_absentDirectoryWithAbsentParents_isMadeAndKeepsItsId() {
    Path path = temp.resolve("a/b/c");
    UUID id;
    try (StoreDirectory directory = StoreDirectory.open(path, false)) {
      id = directory.databaseId();
      assertEquals(path.resolve("store"), directory.store());
      assertTrue(Files.isDirectory(directory.store()));
      assertTrue(Files.isDirectory(directory.index()));
      assertTrue(Files.isDirectory(directory.snapshots()));
    }
    try (StoreDirectory directory = StoreDirectory.open(path, false)) {
      assertEquals(id, directory.databaseId());
    }
    try (StoreDirectory other = StoreDirectory.open(temp.resolve("other"), false)) {
      assertNotEquals(id, other.databaseId());
    }
  }

  @Test
  void open_deletedIndex_isMadeAnew() throws IOException {
    open("db").close();
    Files.delete(temp.resolve("db/index"));
    try (StoreDirectory directory = open("db")) {
      assertTrue(Files.isDirectory(directory.index()));
    }
  }

  @Test
  void open_foreignDirectory_isRefusedAndUntouched() throws IOException {
    Path foreign = Files.createDirectory(temp.resolve("photos"));
    Files.writeString(foreign.resolve("cat.jpg"), "meow");
    FormatException thrown = assertThrows(FormatException.class, () -> open("photos"));
    assertTrue(thrown.toString().contains("cat.jpg"));
    assertEquals("cat.jpg", thrown.details().get("found"));
    assertEquals(List.of("cat.jpg"), tree(foreign));
  }

  @Test
  void open_foreignDirectoryOfManyFiles_namesAFew() throws IOException {
    Path foreign = Files.createDirectory(temp.resolve("many"));
    for (int i = 0; i < 300; i++) {
      Files.createFile(foreign.resolve("file" + i));
    }
    FormatException thrown = assertThrows(FormatException.class, () -> open("many"));
    assertTrue(thrown.toString().length() < 600);
    assertEquals(300, tree(foreign).size());
  }

  @Test
  void open_file_isRefused() throws IOException {
    Files.writeString(temp.resolve("db"), "text");
    assertTrue(
        assertThrows(FormatException.class, () -> open("db")).toString().contains("is a file"));
    assertEquals("text", Files.readString(temp.resolve("db")));
    FormatException below = assertThrows(FormatException.class, () -> open("db/below/further"));
    assertTrue(below.toString().contains("cannot be below a file"), below::toString);
  }

  @Test
  void open_partsOfTheWrongKind_areNamedAndNothingIsChanged() throws IOException {
    open("db").close();
    for (String part : List.of("index", "snapshots", "store", "LOCK", "OWNER")) {
      Path kept = temp.resolve("kept-" + part);
      Path damaged = temp.resolve("db").resolve(part);
      boolean directory = Files.isDirectory(damaged);
      boolean there = Files.exists(damaged);
      if (there) {
        Files.move(damaged, kept);
      }
      if (directory) {
        Files.writeString(damaged, "something else");
      } else {
        Files.createDirectory(damaged);
      }
      CorruptionException thrown = assertThrows(CorruptionException.class, () -> open("db"));
      assertEquals(part, thrown.details().get("part"));
      Files.delete(damaged);
      if (there) {
        Files.move(kept, damaged);
      }
      open("db").close();
    }
  }

  @Test
  void open_whereNothingCanBeMade_saysWhyInWords() {
    UnavailableException thrown =
        assertThrows(UnavailableException.class, () -> open("x".repeat(300)));
    assertFalse(thrown.toString().contains("java.nio"), thrown::toString);
  }

  @Test
  void open_newerFormat_namesBothVersionsAndWritesNothing() throws IOException {
    open("db").close();
    Path format = temp.resolve("db/FORMAT");
    String lines = "nacre-format 7\nid later\nlater field\n";
    Files.writeString(format, lines + "crc32c " + crc(lines) + "\n");
    List<String> before = tree(temp.resolve("db"));
    FormatException thrown = assertThrows(FormatException.class, () -> open("db"));
    assertEquals("7", thrown.details().get("format"));
    assertEquals("1", thrown.details().get("supportedFormat"));
    assertTrue(thrown.toString().contains("Upgrade"));
    assertEquals(before, tree(temp.resolve("db")));
    assertThrows(
        FormatException.class, () -> StoreDirectory.open(temp.resolve("db"), true).close());
  }

  @Test
  void open_formatWithAnyByteFlippedOrCut_isCorruption() throws IOException {
    open("db").close();
    Path format = temp.resolve("db/FORMAT");
    byte[] good = Files.readAllBytes(format);
    for (int at = 0; at < good.length; at++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] bad = good.clone();
        bad[at] ^= (byte) (1 << bit);
        Files.write(format, bad);
        assertThrows(CorruptionException.class, () -> open("db"), "byte " + at + " bit " + bit);
      }
      Files.write(format, java.util.Arrays.copyOf(good, at));
      assertThrows(CorruptionException.class, () -> open("db"), "cut at " + at);
    }
    Files.write(format, new byte[1 << 20]);
    assertThrows(NacreException.class, () -> open("db"));
    Files.write(format, good);
    open("db").close();
  }

  @Test
  void open_formatMissingBesideAStore_isCorruption() throws IOException {
    open("db").close();
    Files.delete(temp.resolve("db/FORMAT"));
    assertThrows(CorruptionException.class, () -> open("db"));
    assertFalse(Files.exists(temp.resolve("db/FORMAT")));
  }

  @Test
  void open_readOnly_writesNothingAndTakesNoLock() throws IOException {
    assertThrows(FormatException.class, () -> StoreDirectory.open(temp.resolve("no"), true));
    assertFalse(Files.exists(temp.resolve("no")));
    Files.createDirectory(temp.resolve("empty"));
    assertThrows(FormatException.class, () -> StoreDirectory.open(temp.resolve("empty"), true));
    assertEquals(List.of(), tree(temp.resolve("empty")));
    try (StoreDirectory owner = open("db")) {
      owner.markClean(5);
      List<String> before = tree(temp.resolve("db"));
      try (StoreDirectory reader = StoreDirectory.open(temp.resolve("db"), true)) {
        assertEquals(owner.databaseId(), reader.databaseId());
        assertThrows(UnavailableException.class, () -> reader.markClean(6));
        assertEquals(OptionalLong.of(5), reader.takeCleanMarker());
      }
      assertEquals(before, tree(temp.resolve("db")));
      // The reader's close has not taken the owner's lock away.
      assertThrows(LockedException.class, () -> open("db"));
    }
  }

  @Test
  void open_directoryThatMayNotBeWritten_isRefused() throws IOException {
    assumeFalse(WINDOWS);
    Path path = Files.createDirectory(temp.resolve("locked"));
    assertTrue(path.toFile().setWritable(false));
    // The super-user may write anyway.
    assumeFalse(Files.isWritable(path));
    try {
      assertThrows(UnavailableException.class, () -> open("locked"));
    } finally {
      assertTrue(path.toFile().setWritable(true));
    }
  }

  @Test
  void open_secondHandleInThisProcess_isLockedAndNamesIt() throws IOException {
    Path path = temp.resolve("db");
    try (StoreDirectory first = open("db")) {
      LockedException thrown = assertThrows(LockedException.class, () -> open("db"));
      assertEquals(Long.toString(ProcessHandle.current().pid()), thrown.details().get("pid"));
      assertTrue(thrown.details().containsKey("host"));
      assertTrue(thrown.details().containsKey("since"));
      assertTrue(thrown.toString().contains("this process"));
      assertTrue(thrown.retryable());
      if (!WINDOWS) {
        Path link = Files.createSymbolicLink(temp.resolve("link"), path);
        assertThrows(LockedException.class, () -> StoreDirectory.open(link, false));
      }
      assertThrows(
          LockedException.class, () -> StoreDirectory.open(path.resolve("../db/."), false));
      assertEquals(path, first.path());
    }
    open("db").close();
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void open_directoryOfAnotherProcess_isLockedUntilItIsKilled() throws Exception {
    Process holder = hold("db");
    long pid = holder.pid();
    try (BufferedReader output = holder.inputReader(StandardCharsets.UTF_8)) {
      String line = output.readLine();
      assertTrue(line != null && line.startsWith("locked "), line);
      LockedException thrown = assertThrows(LockedException.class, () -> open("db"));
      assertEquals(Long.toString(pid), thrown.details().get("pid"));
      assertTrue(thrown.toString().contains(Long.toString(pid)));
      assertTrue(String.valueOf(thrown.details().get("command")).contains("LockHolder"));
      // Failing to get the lock has not freed it.
      assertThrows(LockedException.class, () -> open("db"));
      try (StoreDirectory reader = StoreDirectory.open(temp.resolve("db"), true)) {
        assertEquals(line.substring("locked ".length()), reader.databaseId().toString());
      }
    } finally {
      assertTrue(holder.destroyForcibly().waitFor(30, TimeUnit.SECONDS));
    }
    // Its files are left, its lock is not.
    assertTrue(Files.exists(temp.resolve("db/OWNER")));
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .ignoreExceptionsInstanceOf(LockedException.class)
        .until(
            () -> {
              open("db").close();
              return true;
            });
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void open_directoryOwnedHere_isLockedForAnotherProcess() throws Exception {
    try (StoreDirectory directory = open("db")) {
      Process second = hold("db");
      try (BufferedReader errors = second.errorReader(StandardCharsets.UTF_8)) {
        String all = String.join("\n", errors.lines().toList());
        assertTrue(all.contains("LockedException"), all);
        assertTrue(all.contains("process " + ProcessHandle.current().pid()), all);
        assertTrue(second.waitFor(30, TimeUnit.SECONDS));
        assertNotEquals(0, second.exitValue());
      } finally {
        second.destroyForcibly();
      }
      assertThrows(LockedException.class, () -> open("db"));
      directory.markClean(1);
    }
  }

  @Test
  void takeCleanMarker_afterMarkClean_answersOnce() {
    try (StoreDirectory directory = open("db")) {
      assertEquals(OptionalLong.empty(), directory.takeCleanMarker());
      directory.markClean(3);
      directory.markClean(4711);
    }
    try (StoreDirectory directory = open("db")) {
      assertEquals(OptionalLong.of(4711), directory.takeCleanMarker());
      assertEquals(OptionalLong.empty(), directory.takeCleanMarker());
    }
    try (StoreDirectory directory = open("db")) {
      assertEquals(OptionalLong.empty(), directory.takeCleanMarker());
    }
  }

  @Test
  void takeCleanMarker_damaged_countsAsUncleanAndIsForgotten() throws IOException {
    try (StoreDirectory directory = open("db")) {
      Path marker = temp.resolve("db/CLEAN");
      directory.markClean(4711);
      byte[] good = Files.readAllBytes(marker);
      for (int at = 0; at < good.length; at++) {
        byte[] bad = good.clone();
        bad[at] ^= 1;
        Files.write(marker, bad);
        assertEquals(OptionalLong.empty(), directory.takeCleanMarker(), "byte " + at);
        assertFalse(Files.exists(marker));
      }
      Files.write(marker, new byte[10_000]);
      assertEquals(OptionalLong.empty(), directory.takeCleanMarker());
    }
  }

  @Test
  void close_twice_isFine_andThenEverythingIsRefused() {
    StoreDirectory directory = open("db");
    directory.close();
    directory.close();
    assertThrows(DatabaseClosedException.class, () -> directory.markClean(1));
    assertThrows(DatabaseClosedException.class, directory::takeCleanMarker);
    assertFalse(Files.exists(temp.resolve("db/OWNER")));
  }

  @Test
  void open_afterAnInjectedFailureAtEachCall_worksAgain() {
    for (boolean staysBroken : new boolean[] {false, true}) {
      boolean failed = true;
      int call = 0;
      while (failed) {
        call++;
        Path path = temp.resolve("db-" + staysBroken + "-" + call);
        FailingFileOperations files = new FailingFileOperations(call, staysBroken);
        lifeCycle(path, files);
        failed = files.failed();
        // What is left opens, and holds a FORMAT that is whole or none.
        try (StoreDirectory directory = StoreDirectory.open(path, false)) {
          OptionalLong marker = directory.takeCleanMarker();
          assertTrue(marker.isEmpty() || marker.getAsLong() == 9, "call " + call);
        }
      }
      assertTrue(call > 15, "calls " + call);
    }
  }

  @Test
  void open_failedCloseAtEachCall_frees() {
    for (int call = 1; call < 30; call++) {
      Path path = temp.resolve("db-" + call);
      FailingFileOperations files = new FailingFileOperations(call, true);
      lifeCycle(path, files);
      StoreDirectory.open(path, false).close();
    }
  }

  /** Makes, marks, reopens and takes the marker; a failure must be a typed one. */
  private static void lifeCycle(Path path, FailingFileOperations files) {
    try {
      try (StoreDirectory directory = StoreDirectory.open(path, false, files)) {
        directory.markClean(9);
      }
      try (StoreDirectory directory = StoreDirectory.open(path, false, files)) {
        OptionalLong marker = directory.takeCleanMarker();
        // A marker that cannot be read counts as none.
        assertTrue(marker.equals(OptionalLong.of(9)) || (marker.isEmpty() && files.failed()));
      }
    } catch (NacreException e) {
      assertTrue(
          e instanceof UnavailableException && e.toString().contains("injected"), e.toString());
    }
  }

  private StoreDirectory open(String name) {
    return StoreDirectory.open(temp.resolve(name), false);
  }

  private Process hold(String name) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xshare:auto",
            "-Xmx64m",
            "-cp",
            System.getProperty("java.class.path"),
            LockHolder.class.getName(),
            temp.resolve(name).toString())
        .start();
  }

  private static String crc(String lines) {
    CRC32C crc = new CRC32C();
    crc.update(lines.getBytes(StandardCharsets.ISO_8859_1));
    return String.format(Locale.ROOT, "%08x", crc.getValue());
  }

  private static List<String> tree(Path root) throws IOException {
    List<String> names = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            names.add(root.relativize(file).toString());
            return FileVisitResult.CONTINUE;
          }
        });
    names.sort(null);
    return names;
  }
}
