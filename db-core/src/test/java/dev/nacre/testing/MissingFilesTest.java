package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.CorruptionException;
import dev.nacre.model.Durability;
import dev.nacre.model.Value;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.verify.StoreVerification;
import dev.nacre.store.verify.ViewCheck;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store whose files went away is refused, whether its owner closed it or died. */
class MissingFilesTest {
  @TempDir private Path directory;

  @Test
  void logsGone_afterTheOwnerDied_isCorruption() throws Exception {
    Path died = died();
    List<Path> logs = files(died, "*.log");
    assertFalse(logs.isEmpty());
    for (Path log : logs) {
      Files.delete(log);
    }
    assertRefused(died, logs.getLast());
  }

  @Test
  void everythingGone_afterTheOwnerDied_isCorruption() throws Exception {
    Path died = died();
    for (Path file : files(died, "*")) {
      Files.delete(file);
    }
    assertRefused(died, died.resolve("store").resolve("CURRENT"));
    Files.delete(died.resolve("store"));
    assertRefused(died, died.resolve("store").resolve("CURRENT"));
  }

  @Test
  void everythingGone_afterAnOrderlyClose_isCorruptionAndMakesNothing() throws Exception {
    Path closed = directory.resolve("db");
    try (Store store = Store.open(closed)) {
      put(store);
    }
    for (Path file : files(closed, "*")) {
      Files.delete(file);
    }
    assertRefused(closed, closed.resolve("store").resolve("CURRENT"));
    assertEquals(List.of(), files(closed, "*"));
  }

  @Test
  void currentGone_whileTablesAreThere_isCorruption() throws Exception {
    Path closed = directory.resolve("db");
    try (Store store = Store.open(closed)) {
      put(store);
      var _ = store.compact();
    }
    Files.delete(closed.resolve("CLEAN"));
    Files.delete(closed.resolve("store").resolve("CURRENT"));
    for (Path log : files(closed, "*.log")) {
      Files.delete(log);
    }
    assertRefused(closed, closed.resolve("store").resolve("CURRENT"));
  }

  @Test
  void nothingGone_afterTheOwnerDied_opens() throws Exception {
    Path died = died();
    assertEquals(List.of(), StoreVerification.run(died, ViewCheck.NONE).problems());
    try (Store store = Store.open(died)) {
      assertEquals(2, store.now().version());
    }
  }

  @Test
  void onlyAManifest_asACreationThatWasCutShortLeavesIt_opens() throws Exception {
    Path made = directory.resolve("made");
    try (Store store = Store.open(made)) {
      assertEquals(0, store.now().version());
    }
    Files.delete(made.resolve("CLEAN"));
    for (Path file : files(made, "*")) {
      if (!file.getFileName().toString().startsWith("MANIFEST")) {
        Files.delete(file);
      }
    }
    try (Store store = Store.open(made)) {
      put(store);
    }
  }

  private void assertRefused(Path damaged, Path missing) {
    for (StoreOptions options :
        List.of(StoreOptions.in(damaged), StoreOptions.in(damaged).asReadOnly())) {
      CorruptionException refused =
          assertThrows(CorruptionException.class, () -> Store.open(options).close());
      assertEquals(missing.toString(), refused.details().get("file"));
      assertTrue(String.valueOf(refused.getMessage()).contains("backup"));
    }
    assertFalse(StoreVerification.run(damaged, ViewCheck.NONE).problems().isEmpty());
  }

  /** The files of a store as they are while it is open: what a killed owner leaves. */
  private Path died() throws Exception {
    Path live = directory.resolve("live");
    Path died = directory.resolve("died");
    try (Store store = Store.open(live)) {
      put(store);
      put(store);
      try (Stream<Path> all = Files.walk(live)) {
        for (Path from : all.toList()) {
          Path to = died.resolve(live.relativize(from).toString());
          if (Files.isDirectory(from)) {
            Path _ = Files.createDirectories(to);
          } else {
            Path _ = Files.copy(from, to, StandardCopyOption.COPY_ATTRIBUTES);
          }
        }
      }
    }
    return died;
  }

  private static List<Path> files(Path database, String glob) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(database.resolve("store"), glob)) {
      found.forEach(files::add);
    }
    files.sort(null);
    return files;
  }

  private static void put(Store store) throws Exception {
    var _ =
        store
            .commit(
                WriteBatch.builder().put("ns", "k", Value.json("1")).build(),
                Durability.SYNC,
                Duration.ofSeconds(30))
            .get();
  }
}
