package dev.nacre.testing;

import static dev.nacre.testing.Futures.await;
import static dev.nacre.testing.Futures.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.nacre.Database;
import dev.nacre.DatabaseOptions;
import dev.nacre.error.LockedException;
import dev.nacre.error.UnavailableException;
import dev.nacre.error.ValidationException;
import dev.nacre.model.Value;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract, on disk, and what only a directory has. */
class OnDiskDatabaseTest implements DatabaseContract {
  @TempDir Path directory;

  @Override
  public Database open() {
    return Database.open(directory);
  }

  @Override
  public Database open(HashEmbedder embedder) {
    return Database.open(DatabaseOptions.builder(directory).embedder(embedder).build());
  }

  @Test
  void open_again_findsWhatWasWritten() {
    try (Database db = open()) {
      await(db.put("notes", "a", Value.text("one")));
      await(db.embed("notes", "a", 1, 0));
    }
    try (Database db = open()) {
      assertEquals(Value.text("one"), await(db.require("notes", "a")).value().orElseThrow());
      assertEquals("a", await(db.similar("notes", 1, 0)).hits().getFirst().key());
      assertEquals(3, await(db.put("notes", "b", Value.text("two"))).version());
    }
  }

  @Test
  void open_twice_isRefusedByBothWays() {
    try (Database db = open()) {
      await(db.put("notes", "a", Value.text("one")));
      assertThrows(LockedException.class, this::open);
      failure(LockedException.class, Database.openAsync(DatabaseOptions.in(directory)));
      assertEquals("a", await(db.require("notes", "a")).key());
    }
  }

  @Test
  void openAsync_opensElsewhere() {
    CompletableFuture<Database> opening = Database.openAsync(DatabaseOptions.in(directory));
    try (Database db = await(opening)) {
      assertEquals(1, await(db.put("notes", "a", Value.text("one"))).version());
    }
  }

  @Test
  void openAsync_cancelled_leavesTheDirectoryFree() {
    CompletableFuture<Database> opening = Database.openAsync(DatabaseOptions.in(directory));
    boolean cancelled = opening.cancel(false);
    if (!cancelled) {
      await(opening).close();
    }
    org.awaitility.Awaitility.await()
        .ignoreException(LockedException.class)
        .until(
            () -> {
              open().close();
              return true;
            });
  }

  @Test
  void readOnly_readsAndRefusesToWrite() {
    try (Database db = open()) {
      await(db.put("notes", "a", Value.text("one")));
    }
    DatabaseOptions options = DatabaseOptions.builder(directory).readOnly().build();
    try (Database db = Database.open(options)) {
      assertEquals("a", await(db.require("notes", "a")).key());
      failure(UnavailableException.class, db.put("notes", "b", Value.text("two")));
    }
  }

  @Test
  void options_outsideTheirRange_areRefused() {
    DatabaseOptions.Builder builder = DatabaseOptions.builder(directory);
    assertThrows(ValidationException.class, () -> builder.readThreads(0).build());
    assertThrows(
        ValidationException.class, () -> DatabaseOptions.inMemoryBuilder().readOnly().build());
    assertThrows(
        ValidationException.class,
        () -> Database.open(DatabaseOptions.builder(directory).similarity("abacus").build()));
  }
}
