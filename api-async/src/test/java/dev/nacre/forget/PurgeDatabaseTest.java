package dev.nacre.forget;

import static dev.nacre.testing.Futures.await;
import static dev.nacre.testing.Futures.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.Database;
import dev.nacre.GetRequest;
import dev.nacre.Maintenance;
import dev.nacre.Snapshot;
import dev.nacre.TransactionOptions;
import dev.nacre.error.ConflictException;
import dev.nacre.error.HistoryDroppedException;
import dev.nacre.error.UnavailableException;
import dev.nacre.maintain.Backup;
import dev.nacre.maintain.BackupRequest;
import dev.nacre.maintain.ExportRequest;
import dev.nacre.maintain.PurgeRequest;
import dev.nacre.maintain.RestoreRequest;
import dev.nacre.model.AsOf;
import dev.nacre.model.Value;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a purge means to those who hold a moment, copy, restore and export. */
class PurgeDatabaseTest {
  private static final String NS = "people";

  @TempDir private Path temporary;

  private Database open() {
    return Database.open(temporary.resolve("db"));
  }

  private static void fill(Database db) {
    await(db.put(NS, "ada", Value.text("secret one")));
    await(db.embed(NS, "ada", 1, 2, 3));
    await(db.put(NS, "ada", Value.text("secret two")));
    await(db.put(NS, "ben", Value.text("other")));
    await(db.embed(NS, "ben", 1, 2, 4));
    await(db.put("elsewhere", "ada", Value.text("another")));
  }

  @Test
  void snapshotsFromBefore_failWhereTheyTouchTheNamespace() {
    try (Database db = open()) {
      fill(db);
      try (Snapshot held = await(db.snapshot())) {
        assertTrue(await(held.contains(NS, "ada")));
        var _ = await(db.purge(PurgeRequest.key(NS, "ada")));
        for (CompletableFuture<?> read :
            List.<CompletableFuture<?>>of(
                held.get(NS, "ada"),
                held.get(NS, "ben"),
                held.require(NS, "ada"),
                held.contains(NS, "ada"),
                held.getAll(NS, List.of("ada")),
                held.similar(NS, 1, 2, 3),
                held.history(NS, "ada"))) {
          HistoryDroppedException failure = failure(HistoryDroppedException.class, read);
          assertEquals("purged", failure.details().get("reason"));
        }
        assertTrue(await(held.contains("elsewhere", "ada")));
      }
      // One of a moment before that is taken afterwards reads as if there had never been such a
      // key.
      try (Snapshot late = await(db.snapshot(AsOf.version(3)))) {
        assertFalse(await(late.contains(NS, "ada")));
        assertEquals(List.of(), await(late.history(NS, "ada")).items());
      }
      assertFalse(await(db.contains(GetRequest.of(NS, "ada").withAsOf(AsOf.version(3)))));
      assertEquals("ben", await(db.similar(NS, 1, 2, 3)).hits().getFirst().key());
      assertEquals(1, await(db.similar(NS, 1, 2, 3)).hits().size());
    }
  }

  @Test
  void transactionFromBefore_cannotBringItBack() {
    try (Database db = open()) {
      fill(db);
      // Reads, lets the purge happen, and writes what it has read.
      var once =
          db.transaction(
              TransactionOptions.DEFAULT.withAttempts(1),
              transaction ->
                  transaction
                      .require(NS, "ada")
                      .thenCompose(
                          record ->
                              db.purge(PurgeRequest.key(NS, "ada"))
                                  .thenApply(
                                      _ -> {
                                        transaction.put(NS, "ada", record.value().orElseThrow());
                                        return "written";
                                      })));
      failure(ConflictException.class, once);
      assertFalse(await(db.contains(NS, "ada")));
    }
  }

  @Test
  void backups_thatHoldIt_areListed_andRestoresOfLaterOnesDoNot() {
    Path backups = temporary.resolve("backups");
    try (Database db = open()) {
      fill(db);
      Backup before = await(db.backup(BackupRequest.to(backups)));
      var report = await(db.purge(PurgeRequest.key(NS, "ada")));
      assertEquals(List.of(before), report.backups());
      Backup after = await(db.backup(BackupRequest.to(backups)));
      assertEquals(List.of(before), await(db.purges()).getFirst().backups());

      Path later = temporary.resolve("later");
      var _ =
          await(
              Maintenance.restore(
                  RestoreRequest.of(backups, later).withId(after.id()).withAsOf(AsOf.version(4))));
      assertEquals(List.of(), await(Maintenance.verify(later)).problems());
      try (Database restored = Database.open(later)) {
        assertEquals(4, await(restored.stats()).readPoint().version());
        assertFalse(await(restored.contains(NS, "ada")));
        assertTrue(await(restored.contains(NS, "ben")));
        assertEquals(0, await(restored.purges()).getFirst().purge().version());
      }
      Path earlier = temporary.resolve("earlier");
      var _ = await(Maintenance.restore(RestoreRequest.of(backups, earlier).withId(before.id())));
      try (Database restored = Database.open(earlier)) {
        // Backups are outside: whoever restores one has to purge again.
        assertTrue(await(restored.contains(NS, "ada")));
      }
    }
  }

  @Test
  void export_asOfBefore_doesNotHaveIt() {
    try (Database db = open()) {
      fill(db);
      var _ = await(db.purge(PurgeRequest.prefix(NS, "ad")));
      ByteArrayOutputStream lines = new ByteArrayOutputStream();
      var _ = await(db.exportLines(ExportRequest.to(lines).withAsOf(AsOf.version(4))));
      String text = lines.toString(StandardCharsets.UTF_8);
      assertTrue(text.contains("\"ben\""), text);
      assertFalse(text.contains("secret"), text);
    }
  }

  @Test
  void readOnly_isRefused() {
    try (Database db = open()) {
      fill(db);
    }
    try (Database db = Database.openReadOnly(temporary.resolve("db"))) {
      failure(UnavailableException.class, db.purge(PurgeRequest.key(NS, "ada")));
    }
  }
}
