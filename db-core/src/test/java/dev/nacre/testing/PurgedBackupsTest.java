package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.maintain.Backup;
import dev.nacre.maintain.BackupRequest;
import dev.nacre.maintain.PurgeReport;
import dev.nacre.maintain.PurgeRequest;
import dev.nacre.model.Durability;
import dev.nacre.model.Value;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.maintain.BackupWriter;
import dev.nacre.store.maintain.Purger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups are outside of a purge: it says which of them hold what was purged. */
class PurgedBackupsTest {
  @TempDir private Path directory;

  private static void put(Store store, String key) {
    WriteBatch batch = WriteBatch.builder().put("people", key, Value.text(key)).build();
    assertTrue(store.commit(batch, Durability.SYNC, Duration.ofSeconds(30)).join().version() > 0);
  }

  private Backup backup(Store store, String place) {
    Path backups = directory.resolve(place);
    Backup backup =
        BackupWriter.run(store, BackupRequest.to(backups), Clock.systemUTC(), () -> false);
    store.rememberBackup(backups, backup.version());
    return backup;
  }

  @Test
  void backups_fromBefore_areListed_laterOnesAreNot() throws IOException {
    try (Store store = Store.open(directory.resolve("db"))) {
      put(store, "ada");
      Backup before = backup(store, "backups");
      Backup _ = backup(store, "removed");
      deleteTree(directory.resolve("removed"));
      Backup _ = backup(store, "torn");
      try (var files = Files.list(directory.resolve("torn"))) {
        for (Path entry : files.toList()) {
          if (Files.isRegularFile(entry)) {
            Files.writeString(entry, "torn");
          } else {
            try (var inner = Files.list(entry)) {
              for (Path file : inner.filter(Files::isRegularFile).toList()) {
                Files.writeString(file, "torn");
              }
            }
          }
        }
      }
      Path leftover = directory.resolve("db").resolve("snapshots").resolve(".checkpoint-left");
      Files.writeString(Files.createDirectories(leftover).resolve("000001.sst"), "ada");

      PurgeReport report = Purger.run(store, PurgeRequest.key("people", "ada"), _ -> {});
      assertEquals(List.of(before.id()), report.backups().stream().map(Backup::id).toList());
      assertFalse(Files.exists(leftover));
      // Removed, or on a disk that is not there: who can tell.
      assertTrue(report.unreadable().contains(directory.resolve("removed")), report::toString);
      Path _ = Files.createDirectory(directory.resolve("removed"));
      assertTrue(Purger.all(store).getFirst().unreadable().contains(directory.resolve("removed")));

      put(store, "ben");
      Backup _ = backup(store, "backups");
      Purger.resume(store, _ -> {});
      List<PurgeReport> all = Purger.all(store);
      assertEquals(1, all.size());
      assertEquals(
          List.of(before.id()), all.getFirst().backups().stream().map(Backup::id).toList());
    }
  }

  @Test
  void memory_hasNoBackups() {
    try (Store store = Store.open(StoreOptions.inMemory())) {
      put(store, "ada");
      PurgeReport report = Purger.run(store, PurgeRequest.key("people", "ada"), _ -> {});
      assertEquals(List.of(), report.backups());
      assertEquals(1, report.purge().erased().records());
      Purger.resume(store, _ -> {});
      assertFalse(store.hasPendingPurge());
      assertEquals(1, Purger.all(store).size());
    }
  }

  private static void deleteTree(Path root) throws IOException {
    try (var files = Files.walk(root)) {
      for (Path path : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
