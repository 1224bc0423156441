package dev.nacre;

import static dev.nacre.testing.Futures.await;
import static dev.nacre.testing.Futures.failure;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.DatabaseClosedException;
import dev.nacre.error.DeadlineExceededException;
import dev.nacre.error.UnavailableException;
import dev.nacre.error.ValidationException;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Value;
import dev.nacre.testing.GatedProbe;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;

/** Who ends a transaction, and when: callers who cancel, deadlines, closing, failing storage. */
@Timeout(60)
class TransactionRunTest {
  private final GatedProbe probe = new GatedProbe();
  private Database db = Database.openInMemory();

  @BeforeEach
  void open() {
    db.close();
    db =
        EmbeddedDatabase.open(
            DatabaseOptions.inMemoryBuilder().build(), store -> store.withProbe(probe));
  }

  @AfterEach
  void close() {
    probe.release();
    db.close();
  }

  private static CompletionStage<String> done() {
    return CompletableFuture.completedFuture("done");
  }

  /** Writes, and is done when {@code gate} is. */
  private CompletableFuture<TransactionResult<String>> waiting(
      TransactionOptions options, CompletableFuture<String> gate) {
    return db.transaction(
        options,
        transaction -> {
          transaction.put("notes", "a", Value.text("one"));
          return gate;
        });
  }

  @Test
  void cancel_whileTheFunctionRuns_endsItAndItsStage() {
    CompletableFuture<String> gate = new CompletableFuture<>();
    AtomicReference<Transaction> kept = new AtomicReference<>();
    CompletableFuture<TransactionResult<String>> transaction =
        db.transaction(
            running -> {
              kept.set(running);
              running.put("notes", "a", Value.text("one"));
              return gate;
            });
    assertTrue(transaction.cancel(false));
    assertTrue(transaction.isCancelled());
    assertTrue(gate.isCancelled());
    assertThrows(ValidationException.class, () -> kept.get().put("notes", "b", Value.text("two")));
    assertEquals(1, await(db.put("notes", "b", Value.text("two"))).version());
    assertFalse(await(db.contains("notes", "a")));
  }

  @Test
  void cancel_ofAMono_cancelsTheTransaction() {
    CompletableFuture<String> gate = new CompletableFuture<>();
    Disposable subscription = db.reactive().transaction(_ -> gate).subscribe();
    subscription.dispose();
    assertTrue(gate.isCancelled());
  }

  @Test
  void cancel_whileTheCommitWaits_withdrawsIt() {
    probe.holdWrites();
    CompletableFuture<?> stalled = db.put("notes", "x", Value.text("x"));
    await().until(() -> probe.writesHeld() == 1);
    CompletableFuture<TransactionResult<String>> transaction =
        waiting(TransactionOptions.DEFAULT, CompletableFuture.completedFuture("done"));
    assertFalse(transaction.isDone());
    assertTrue(transaction.cancel(false));
    probe.release();
    var _ = await(stalled);
    assertEquals(2, await(db.put("notes", "y", Value.text("y"))).version());
    assertFalse(await(db.contains("notes", "a")));
  }

  @Test
  void cancel_whenTheCommitIsGrouped_isTooLate() {
    probe.holdWrites();
    CompletableFuture<TransactionResult<String>> transaction =
        waiting(TransactionOptions.DEFAULT, CompletableFuture.completedFuture("done"));
    await().until(() -> probe.writesHeld() == 1);
    assertFalse(transaction.cancel(false));
    probe.release();
    assertEquals(1, await(transaction).commit().orElseThrow().version());
  }

  @Test
  void deadline_whileTheFunctionRuns_endsItAndItsStage() {
    CompletableFuture<String> gate = new CompletableFuture<>();
    CompletableFuture<TransactionResult<String>> transaction =
        waiting(TransactionOptions.DEFAULT.withTimeout(Duration.ofMillis(50)), gate);
    failure(DeadlineExceededException.class, transaction);
    assertTrue(gate.isCancelled());
    assertFalse(await(db.contains("notes", "a")));
  }

  @Test
  void deadline_whileTheCommitWaits_withdrawsIt() {
    probe.holdWrites();
    CompletableFuture<?> stalled = db.put("notes", "x", Value.text("x"));
    await().until(() -> probe.writesHeld() == 1);
    CompletableFuture<TransactionResult<String>> transaction =
        waiting(
            TransactionOptions.DEFAULT.withTimeout(Duration.ofMillis(50)),
            CompletableFuture.completedFuture("done"));
    failure(DeadlineExceededException.class, transaction);
    probe.release();
    var _ = await(stalled);
    assertFalse(await(db.contains("notes", "a")));
  }

  @Test
  void deadline_amongConflicts_namesTheConflict() {
    DeadlineExceededException late =
        failure(
            DeadlineExceededException.class,
            db.transaction(
                TransactionOptions.DEFAULT
                    .withAttempts(TransactionOptions.ATTEMPTS_MAX)
                    .withTimeout(Duration.ofMillis(300)),
                transaction -> {
                  var _ = await(db.put("notes", "a", Value.text("other")));
                  transaction.put("notes", "a", Value.text("one"));
                  return done();
                }));
    assertTrue(String.valueOf(late.getMessage()).contains("nothing was written"), late::toString);
    assertEquals("other", await(db.require("notes", "a")).value().orElseThrow().asString());
  }

  @Test
  void close_doesNotWaitForAFunction_whoseNextCallFails() {
    CompletableFuture<String> gate = new CompletableFuture<>();
    CompletableFuture<TransactionResult<String>> transaction =
        waiting(TransactionOptions.DEFAULT, gate);
    db.close();
    assertFalse(transaction.isDone());
    gate.complete("done");
    failure(DatabaseClosedException.class, transaction);
    failure(DatabaseClosedException.class, db.transaction(_ -> done()));
    open();
  }

  @Test
  void failingStorage_isNotTriedAgain() {
    probe.failWrites(new IllegalStateException("the disk is on fire"));
    AtomicInteger runs = new AtomicInteger();
    UnavailableException failure =
        failure(
            UnavailableException.class,
            db.transaction(
                transaction -> {
                  runs.incrementAndGet();
                  transaction.put("notes", "a", Value.text("one"));
                  return done();
                }));
    assertEquals("unknown", failure.details().get("outcome"));
    assertEquals(1, runs.get());
  }

  @Test
  void laterRuns_areNotOnTheCallersThread_norOnTheStores() {
    Set<String> threads = ConcurrentHashMap.newKeySet();
    AtomicInteger runs = new AtomicInteger();
    var _ =
        await(
            db.transaction(
                transaction -> {
                  if (runs.incrementAndGet() < 4) {
                    var _ = await(db.put("notes", "a", Value.text("other")));
                  }
                  threads.add(
                      Thread.currentThread().isVirtual()
                          ? "virtual"
                          : Thread.currentThread().getName());
                  transaction.put("notes", "a", Value.text("one"));
                  return done();
                }));
    assertEquals(Set.of(Thread.currentThread().getName(), "virtual"), threads);
  }

  @Test
  void functionThatAnswersNull_failsTyped() {
    @SuppressWarnings("NullAway") // That is the test.
    TransactionFunction<String> wrong = _ -> null;
    failure(NullPointerException.class, db.transaction(wrong));
  }

  @Test
  void options_outsideTheirRange_areRefused() {
    TransactionOptions options = TransactionOptions.DEFAULT;
    assertThrows(ValidationException.class, () -> options.withAttempts(0));
    assertThrows(
        ValidationException.class, () -> options.withAttempts(TransactionOptions.ATTEMPTS_MAX + 1));
    assertThrows(ValidationException.class, () -> options.withTimeout(Duration.ZERO));
    DatabaseOptions.Builder builder = DatabaseOptions.inMemoryBuilder();
    assertThrows(
        ValidationException.class,
        () -> builder.idempotencyRetention(Duration.ofMillis(999)).build());
    assertThrows(
        ValidationException.class,
        () -> builder.idempotencyRetention(Duration.ofDays(366)).build());
  }

  @Test
  void textThatIsEmbeddedAgain_isTheSameCommit() {
    try (var embedder = new dev.nacre.testing.HashEmbedder();
        Database texts =
            Database.open(DatabaseOptions.inMemoryBuilder().embedder(embedder).build())) {
      PutRequest put =
          PutRequest.of("notes", "a", Value.text("text"))
              .withEmbedText("text")
              .withAttributes(CommitAttributes.NONE.withIdempotencyKey("key"));
      assertEquals(await(texts.put(put)), await(texts.put(put)));
      failure(ValidationException.class, texts.put(put.withEmbedText("another")));
    }
  }

  @Test
  void pauses_areRandomBelowABoundThatDoubles() {
    Random random = new Random(7);
    for (int failures = 1; failures <= 70; failures++) {
      long bound = Math.min(Backoff.MOST_NANOS, 1_000_000L << Math.min(failures - 1, 20));
      long most = 0;
      for (int i = 0; i < 200; i++) {
        long pause = Backoff.nanos(failures, random);
        assertTrue(pause >= 0 && pause <= bound, pause + " after " + failures);
        most = Math.max(most, pause);
      }
      assertTrue(most > bound / 2, "hardly random: " + most + " of " + bound);
      assertNotEquals(Backoff.nanos(failures, random), Backoff.nanos(failures, random));
    }
  }
}
