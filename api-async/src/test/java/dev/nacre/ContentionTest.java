package dev.nacre;

import static dev.nacre.testing.Futures.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.model.HistoryRequest;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many callers, one record: no increment is lost, and all of them get there. */
@Timeout(120)
class ContentionTest {
  private static final int CALLERS = 64;
  private static final int INCREMENTS = 5;

  private static CompletableFuture<TransactionResult<Integer>> increment(
      Database db, TransactionOptions options) {
    return db.transaction(
        options,
        transaction ->
            transaction
                .get("counters", "n")
                .thenApply(
                    record -> {
                      int next =
                          1
                              + record
                                  .flatMap(VersionedRecord::value)
                                  .map(value -> Integer.parseInt(value.asString()))
                                  .orElse(0);
                      transaction.put("counters", "n", Value.json(Integer.toString(next)));
                      return next;
                    }));
  }

  @Test
  void everyIncrementOfManyCallers_isCounted(@TempDir Path directory) {
    TransactionOptions options =
        TransactionOptions.DEFAULT.withAttempts(10_000).withTimeout(Duration.ofMinutes(1));
    try (Database db = Database.open(directory)) {
      List<CompletableFuture<Integer>> callers = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        CompletableFuture<Integer> caller = CompletableFuture.completedFuture(0);
        for (int j = 0; j < INCREMENTS; j++) {
          caller =
              caller.thenCompose(
                  attempts ->
                      increment(db, options).thenApply(result -> attempts + result.attempts()));
        }
        callers.add(caller);
      }
      int attempts = 0;
      for (CompletableFuture<Integer> caller : callers) {
        attempts += await(caller);
      }
      VersionedRecord counter = await(db.require("counters", "n"));
      assertEquals(
          CALLERS * INCREMENTS, Integer.parseInt(counter.value().orElseThrow().asString()));
      assertEquals(CALLERS * INCREMENTS, counter.version());
      assertEquals(
          CALLERS * INCREMENTS,
          await(db.history(HistoryRequest.of("counters", "n").withLimit(10_000))).items().size());
      assertTrue(attempts > CALLERS * INCREMENTS, "nobody met anybody: no contention");
      System.out.println(
          "ContentionTest: " + CALLERS * INCREMENTS + " increments in " + attempts + " attempts");
    }
  }

  @Test
  void defaultOptions_areEnoughForManyCallersAtOnce() {
    try (Database db = Database.openInMemory()) {
      List<CompletableFuture<TransactionResult<Integer>>> callers = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        callers.add(increment(db, TransactionOptions.DEFAULT));
      }
      callers.forEach(
          caller -> assertTrue(await(caller).attempts() <= TransactionOptions.DEFAULT.attempts()));
      assertEquals(
          Integer.toString(CALLERS),
          await(db.require("counters", "n")).value().orElseThrow().asString());
    }
  }
}
