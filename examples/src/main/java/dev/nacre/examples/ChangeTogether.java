package dev.nacre.examples;

import dev.nacre.Database;
import dev.nacre.PutRequest;
import dev.nacre.TransactionResult;
import dev.nacre.error.ConflictException;
import dev.nacre.model.Commit;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.CommitInfo;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Writes that must not step on each other: under a condition, in a transaction, with a lock, and
 * retried without being done twice.
 */
public final class ChangeTogether {
  private ChangeTogether() {}

  /** Prints what came of each; the argument is the directory of the database. */
  public static void main(String[] arguments) throws IOException {
    Path directory =
        arguments.length > 0 ? Path.of(arguments[0]) : Files.createTempDirectory("nacre-example-");
    try (Database db = Database.open(directory)) {
      conditions(db);
      transaction(db);
      lock(db);
      retry(db);
    }
  }

  private static void conditions(Database db) {
    // region conditions
    PutRequest claim = PutRequest.of("tasks", "report", Value.text("claimed by ada")).ifAbsent();
    Commit claimed = db.put(claim).join();
    try {
      var _ = db.put(claim).join(); // somebody else, a moment later
    } catch (CompletionException e) {
      if (e.getCause() instanceof ConflictException conflict) {
        System.out.println(conflict.details().get("key") + " is taken"); // report is taken
      }
    }
    Value done = Value.text("done");
    var _ = db.put(PutRequest.of("tasks", "report", done).ifVersion(claimed.version())).join();
    // endregion
  }

  private static void transaction(Database db) {
    var _ = db.put("points", "ada", Value.json("100")).join();
    var _ = db.put("points", "bob", Value.json("100")).join();
    // region transaction
    TransactionResult<Integer> moved =
        db.transaction(
                tx -> {
                  CompletableFuture<Integer> ada = points(tx.require("points", "ada"));
                  CompletableFuture<Integer> bob = points(tx.require("points", "bob"));
                  return ada.thenCombine(
                      bob,
                      (from, to) -> {
                        tx.put("points", "ada", Value.json(from - 30));
                        tx.put("points", "bob", Value.json(to + 30));
                        return from - 30;
                      });
                })
            .join();
    System.out.println("ada has " + moved.value()); // ada has 70
    // endregion
  }

  private static CompletableFuture<Integer> points(CompletableFuture<VersionedRecord> record) {
    return record.thenApply(read -> Integer.parseInt(read.value().orElseThrow().asString()));
  }

  private static void lock(Database db) {
    var _ = db.put("onCall", "ada", Value.text("yes")).join();
    var _ = db.put("onCall", "bob", Value.text("yes")).join();
    // region lock
    boolean left =
        db.transaction(
                tx -> {
                  tx.lock("onCall", "bob"); // what is decided on must still hold at the commit
                  return tx.contains("onCall", "bob")
                      .thenApply(
                          bobStays -> {
                            if (bobStays) {
                              tx.delete("onCall", "ada");
                            }
                            return bobStays;
                          });
                })
            .join()
            .value();
    System.out.println("ada may leave: " + left); // ada may leave: true
    // endregion
  }

  private static void retry(Database db) {
    // region retry
    CommitAttributes order =
        CommitAttributes.NONE.withIdempotencyKey("order-4711").withActor("shop");
    PutRequest place = PutRequest.of("orders", "4711", Value.text("1 book")).withAttributes(order);
    Commit first = db.put(place).join();
    Commit again = db.put(place).join(); // the answer was lost on the way: ask again
    System.out.println("placed once: " + first.equals(again)); // placed once: true

    CommitInfo info = db.commit(first.version()).join().orElseThrow();
    System.out.println(info.attributes().actor() + ": " + info.namespaces()); // shop: [orders]
    // endregion
  }
}
