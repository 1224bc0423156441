package dev.nacre;

import dev.nacre.runtime.Failures;
import java.util.concurrent.CompletableFuture;

/** Opens databases off the caller's thread. */
final class Opening {
  private Opening() {}

  static CompletableFuture<Database> begin(DatabaseOptions options) {
    CompletableFuture<Database> opened = new CompletableFuture<>();
    Thread.ofPlatform().daemon().name("nacre-open").start(() -> open(options, opened));
    return opened;
  }

  private static void open(DatabaseOptions options, CompletableFuture<Database> opened) {
    if (opened.isDone()) {
      return;
    }
    Database database;
    try {
      database = Database.open(options);
    } catch (RuntimeException | Error e) {
      opened.completeExceptionally(Failures.of("opening the database", e));
      return;
    }
    if (!opened.complete(database)) {
      // Nobody will ever get to close it.
      database.close();
    }
  }
}
