package dev.nacre.testing;

import static dev.nacre.testing.Futures.await;
import static dev.nacre.testing.Futures.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.BatchRequest;
import dev.nacre.Database;
import dev.nacre.DeleteRequest;
import dev.nacre.EmbedRequest;
import dev.nacre.GetAllRequest;
import dev.nacre.GetRequest;
import dev.nacre.PutRequest;
import dev.nacre.Transaction;
import dev.nacre.TransactionOptions;
import dev.nacre.TransactionResult;
import dev.nacre.error.ConflictException;
import dev.nacre.error.KeyNotFoundException;
import dev.nacre.error.ValidationException;
import dev.nacre.model.AsOf;
import dev.nacre.model.Commit;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.CommitInfo;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.model.Page;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What transactions, idempotency keys and commit attributes do, for every {@link Database}. */
public interface TransactionContract extends DatabaseSource {

  private static CompletionStage<String> done() {
    return CompletableFuture.completedFuture("done");
  }

  /** Runs a transaction that only does this. */
  private static TransactionResult<String> run(Database db, Consumer<Transaction> body) {
    return await(
        db.transaction(
            transaction -> {
              body.accept(transaction);
              return done();
            }));
  }

  private static String text(Optional<VersionedRecord> record) {
    return record.flatMap(VersionedRecord::value).map(Value::asString).orElse("-");
  }

  private static String text(Database db, String namespace, String key) {
    return text(await(db.get(namespace, key)));
  }

  @Test
  default void transaction_commitsItsWritesTogether() {
    try (Database db = open()) {
      await(db.put("notes", "old", Value.text("old")));
      TransactionResult<String> result =
          run(
              db,
              transaction -> {
                transaction.put("notes", "a", Value.text("one"));
                transaction.put(
                    PutRequest.of("people", "b", Value.text("two"))
                        .withMetadata(Metadata.of("age", 7)));
                transaction.embed("notes", "a", 1, 0);
                transaction.delete("notes", "old");
                transaction.attributes(CommitAttributes.NONE.withActor("ada"));
              });

      Commit commit = result.commit().orElseThrow();
      assertEquals("done", result.value());
      assertEquals(2, commit.version());
      assertEquals(1, result.readPoint().version());
      assertEquals(1, result.attempts());
      assertFalse(result.repeated());
      assertEquals(2, await(db.require("notes", "a")).version());
      assertEquals(2, await(db.require("people", "b")).version());
      assertEquals("a", await(db.similar("notes", 1, 0)).hits().getFirst().key());
      assertFalse(await(db.contains("notes", "old")));
      CommitInfo info = await(db.commit(2)).orElseThrow();
      assertEquals("ada", info.attributes().actor());
      assertEquals(List.of("notes", "people"), info.namespaces());
      assertEquals(commit.committedAt(), info.committedAt());
    }
  }

  @Test
  default void transaction_thatOnlyReads_commitsNothing() {
    try (Database db = open()) {
      await(db.put("notes", "a", Value.text("one")));
      TransactionResult<String> result =
          await(
              db.transaction(
                  transaction -> {
                    transaction.lock("notes", "a");
                    return transaction.get("notes", "a").thenApply(TransactionContract::text);
                  }));
      assertEquals("one", result.value());
      assertTrue(result.commit().isEmpty());
      assertFalse(result.repeated());
      assertEquals(1, await(db.stats()).readPoint().version());
    }
  }

  @Test
  default void reads_areAnsweredAtOneReadPoint_whateverIsCommittedMeanwhile() {
    try (Database db = open()) {
      await(db.put("notes", "a", Value.text("one")));
      await(db.put("notes", "b", Value.text("one")));
      TransactionResult<List<String>> result =
          await(
              db.transaction(
                  transaction -> {
                    assertEquals("one", text(await(transaction.get("notes", "a"))));
                    await(db.put("notes", "a", Value.text("two")));
                    await(db.delete("notes", "b"));
                    await(db.put("notes", "c", Value.text("two")));
                    List<String> seen = new ArrayList<>();
                    for (String key : List.of("a", "b", "c")) {
                      seen.add(text(await(transaction.get("notes", key))));
                      seen.add(String.valueOf(await(transaction.contains("notes", key))));
                    }
                    await(transaction.getAll("notes", List.of("c", "a")))
                        .forEach(record -> seen.add(text(record)));
                    Page<VersionedRecord> page =
                        await(transaction.scanPage(ScanRequest.of("notes")));
                    page.items().forEach(record -> seen.add(record.key()));
                    assertEquals(transaction.readPoint(), page.readPoint());
                    return CompletableFuture.completedFuture(seen);
                  }));
      assertEquals(
          List.of("one", "true", "one", "true", "-", "false", "-", "one", "a", "b"),
          result.value());
      assertEquals(2, result.readPoint().version());
    }
  }

  @Test
  default void ownWrites_areSeenByEveryRead() {
    try (Database db = open()) {
      await(
          db.put(
              PutRequest.of("notes", "a", Value.text("one"))
                  .withMetadata(Metadata.of("lang", "en"))
                  .withEmbedding(Embedding.of(1, 0))));
      await(db.put("notes", "gone", Value.text("one")));
      run(
          db,
          transaction -> {
            ReadPoint at = transaction.readPoint();
            transaction.put("notes", "a", Value.text("uno"));
            VersionedRecord own = await(transaction.require("notes", "a"));
            assertEquals("uno", own.value().orElseThrow().asString());
            assertEquals(Metadata.of("lang", "en"), own.metadata());
            // Not committed yet: what is written has no version.
            assertEquals(0, own.version());
            assertTrue(own.valueVersion().isEmpty());
            assertEquals(1, own.metadataVersion().orElseThrow());
            assertEquals(Map.of(EmbeddingSpace.DEFAULT_NAME, 1L), own.embeddingVersions());
            assertEquals(at, own.readPoint());

            transaction.embed("notes", "a", 0, 1);
            GetRequest withVector = GetRequest.of("notes", "a").withSpaces("default");
            VersionedRecord embedded = await(transaction.get(withVector)).orElseThrow();
            assertEquals(Embedding.of(0, 1), embedded.embeddings().get("default"));
            assertEquals(0L, embedded.embeddingVersions().get("default"));
            assertEquals("uno", embedded.value().orElseThrow().asString());

            transaction.delete("notes", "gone");
            transaction.put("notes", "new", Value.text("neu"));
            transaction.put("other", "b", Value.text("two"));
            assertFalse(await(transaction.contains("notes", "gone")));
            assertTrue(await(transaction.contains("other", "b")));
            assertEquals(
                List.of("-", "uno", "neu", "-"),
                await(transaction.getAll("notes", List.of("gone", "a", "new", "absent"))).stream()
                    .map(TransactionContract::text)
                    .toList());
            assertEquals(
                Embedding.of(0, 1),
                await(
                        transaction.getAll(
                            GetAllRequest.of("notes", List.of("a")).withSpaces("default")))
                    .getFirst()
                    .orElseThrow()
                    .embeddings()
                    .get("default"));
            KeyNotFoundException missing =
                failure(KeyNotFoundException.class, transaction.require("notes", "gone"));
            assertEquals("gone", missing.details().get("key"));
            transaction.delete("notes", "a");
            transaction.put(
                PutRequest.of("notes", "a", Value.text("fresh"))
                    .withExpiry(new Write.Expiry.After(Duration.ofHours(1))));
            VersionedRecord fresh = await(transaction.require("notes", "a"));
            assertEquals(Metadata.EMPTY, fresh.metadata());
            assertEquals(Map.of(), fresh.embeddingVersions());
            assertEquals(at.instant().plus(Duration.ofHours(1)), fresh.expiresAt().orElseThrow());
            transaction.put(
                PutRequest.of("notes", "expired", Value.text("x"))
                    .withExpiry(new Write.Expiry.At(Instant.EPOCH)));
            assertFalse(await(transaction.contains("notes", "expired")));
          });
      assertEquals("fresh", text(db, "notes", "a"));
      assertEquals("neu", text(db, "notes", "new"));
    }
  }

  @Test
  default void require_inATransaction_namesTheNearKeys() {
    try (Database db = open()) {
      await(db.put("notes", "user:1", Value.text("one")));
      run(
          db,
          transaction -> {
            KeyNotFoundException missing =
                failure(KeyNotFoundException.class, transaction.require("notes", "user:2"));
            assertEquals("user:1", missing.details().get("near1"));
          });
    }
  }

  @Test
  default void scanPage_mergesOwnWritesInKeyOrderPageByPage() {
    try (Database db = open()) {
      for (String key : List.of("b", "d", "f", "h", "\ufb01")) {
        await(db.put("notes", key, Value.text(key)));
      }
      run(
          db,
          transaction -> {
            // U+1F600 sorts behind U+FB01 in UTF-8, before it in UTF-16.
            for (String key : List.of("a", "c", "c2", "d", "g", "z", "\ud83d\ude00")) {
              transaction.put("notes", key, Value.text(key));
            }
            transaction.delete("notes", "f");
            transaction.delete("notes", "absent");
            transaction.put("other", "c3", Value.text("elsewhere"));
            List<String> all =
                List.of("a", "b", "c", "c2", "d", "g", "h", "z", "\ufb01", "\ud83d\ude00");
            for (int limit = 1; limit <= 11; limit++) {
              assertEquals(all, keys(transaction, ScanRequest.of("notes").withLimit(limit)));
            }
            assertEquals(
                List.of("c", "c2"), keys(transaction, ScanRequest.of("notes").withPrefix("c")));
            assertEquals(
                List.of("c", "c2", "d", "g"),
                keys(transaction, ScanRequest.of("notes").withRange("c", "h").withLimit(2)));
            assertEquals(List.of(), keys(transaction, ScanRequest.of("nowhere")));
          });
    }
  }

  private static List<String> keys(Transaction transaction, ScanRequest request) {
    List<String> keys = new ArrayList<>();
    String cursor = null;
    do {
      Page<VersionedRecord> page = await(transaction.scanPage(request.withCursor(cursor)));
      assertTrue(page.items().size() <= request.limit());
      page.items().forEach(record -> keys.add(record.key()));
      cursor = page.cursor();
    } while (cursor != null);
    return keys;
  }

  @Test
  default void cursor_ofAnotherRunOrOfTheDatabase_isRefused() {
    try (Database db = open()) {
      await(db.put("notes", "a", Value.text("one")));
      await(db.put("notes", "b", Value.text("one")));
      ScanRequest request = ScanRequest.of("notes").withLimit(1);
      AtomicReference<String> other = new AtomicReference<>("");
      run(db, transaction -> other.set(await(transaction.scanPage(request)).next().orElseThrow()));
      String ofDatabase = await(db.scanPage(request)).next().orElseThrow();
      run(
          db,
          transaction -> {
            for (String cursor : List.of(other.get(), ofDatabase, "", "tx.")) {
              failure(ValidationException.class, transaction.scanPage(request.withCursor(cursor)));
            }
            String own = await(transaction.scanPage(request)).next().orElseThrow();
            failure(ValidationException.class, transaction.scanPage(request.withCursor(own + "?")));
          });
    }
  }

  @Test
  default void conflict_runsTheFunctionAgainAtTheNewestVersion() {
    try (Database db = open()) {
      await(db.put("notes", "n", Value.json("1")));
      AtomicInteger runs = new AtomicInteger();
      TransactionResult<Integer> result =
          await(
              db.transaction(
                  transaction -> {
                    int run = runs.incrementAndGet();
                    int read = number(await(transaction.get("notes", "n")));
                    if (run < 3) {
                      await(db.put("notes", "n", Value.json(Integer.toString(10 * run))));
                    }
                    transaction.put("notes", "n", Value.json(Integer.toString(read + 1)));
                    return CompletableFuture.completedFuture(read + 1);
                  }));
      assertEquals(21, result.value());
      assertEquals(3, result.attempts());
      assertEquals(3, runs.get());
      assertEquals(4, result.commit().orElseThrow().version());
      assertEquals("21", text(db, "notes", "n"));
    }
  }

  private static int number(Optional<VersionedRecord> record) {
    return record
        .flatMap(VersionedRecord::value)
        .map(value -> Integer.parseInt(value.asString()))
        .orElse(0);
  }

  @Test
  default void lastAttempt_failsWithTheConflict() {
    try (Database db = open()) {
      AtomicInteger runs = new AtomicInteger();
      ConflictException conflict =
          failure(
              ConflictException.class,
              db.transaction(
                  TransactionOptions.DEFAULT.withAttempts(3),
                  transaction -> {
                    await(db.put("notes", "n", Value.json(Integer.toString(runs.get()))));
                    transaction.put("notes", "n", Value.json("-1"));
                    runs.incrementAndGet();
                    return done();
                  }));
      assertEquals("3", conflict.details().get("attempts"));
      assertEquals("n", conflict.details().get("key"));
      assertEquals("notes", conflict.details().get("namespace"));
      assertEquals(3, runs.get());
      assertEquals("2", text(db, "notes", "n"));
    }
  }

  @Test
  default void deletedOrRecreatedNamespace_isAConflict() {
    try (Database db = open()) {
      await(db.put("notes", "a", Value.text("one")));
      TransactionOptions once = TransactionOptions.DEFAULT.withAttempts(1);
      failure(
          ConflictException.class,
          db.transaction(
              once,
              transaction -> {
                await(db.deleteNamespace("notes"));
                await(db.put("notes", "b", Value.text("two")));
                transaction.put("notes", "a", Value.text("three"));
                return done();
              }));
      assertFalse(await(db.contains("notes", "a")));
    }
  }

  /** The text-book case: two doctors are on call, each leaves when he sees the other one there. */
  @Test
  default void writeSkew_happensWithoutLock() {
    assertEquals(0, onCallAfterBothHaveLeft(false));
  }

  @Test
  default void writeSkew_isPreventedByLock() {
    assertEquals(1, onCallAfterBothHaveLeft(true));
  }

  private int onCallAfterBothHaveLeft(boolean lock) {
    try (Database db = open()) {
      await(db.put("onCall", "ada", Value.text("yes")));
      await(db.put("onCall", "bob", Value.text("yes")));
      CyclicBarrier bothHaveRead = new CyclicBarrier(2);
      CompletableFuture<?> ada =
          CompletableFuture.supplyAsync(() -> leave(db, "ada", "bob", lock, bothHaveRead));
      int _ = leave(db, "bob", "ada", lock, bothHaveRead);
      var _ = ada.join();
      return await(db.scanPage(ScanRequest.of("onCall"))).items().size();
    }
  }

  /** Leaves if the other one stays; both decide before either commits. */
  private static int leave(
      Database db, String who, String other, boolean lock, CyclicBarrier bothHaveRead) {
    AtomicInteger runs = new AtomicInteger();
    return await(
            db.transaction(
                transaction -> {
                  if (lock) {
                    transaction.lock("onCall", other);
                  }
                  boolean otherStays = await(transaction.contains("onCall", other));
                  if (runs.incrementAndGet() == 1) {
                    awaitBoth(bothHaveRead);
                  }
                  if (otherStays) {
                    transaction.delete("onCall", who);
                  }
                  return done();
                }))
        .attempts();
  }

  private static void awaitBoth(CyclicBarrier barrier) {
    try {
      int _ = barrier.await();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** A new key in a range that was scanned is not noticed; a record that stands for it is. */
  @Test
  default void phantom_isNotNoticed_unlessAGuardIsLocked() {
    for (boolean guarded : List.of(false, true)) {
      try (Database db = open()) {
        AtomicInteger runs = new AtomicInteger();
        TransactionResult<String> result =
            await(
                db.transaction(
                    transaction -> {
                      transaction.lock("seats", "guard");
                      int taken =
                          await(transaction.scanPage(ScanRequest.of("seats").withPrefix("seat")))
                              .items()
                              .size();
                      if (runs.incrementAndGet() == 1) {
                        WriteBatch.Builder other =
                            WriteBatch.builder().put("seats", "seat1", Value.text("bob"));
                        if (guarded) {
                          other.put("seats", "guard", Value.text("1"));
                        }
                        await(db.batch(other.build()));
                      }
                      transaction.put("count", "seats", Value.json(Integer.toString(taken)));
                      return done();
                    }));
        assertEquals(guarded ? 2 : 1, result.attempts());
        assertEquals(guarded ? "1" : "0", text(db, "count", "seats"));
      }
    }
  }

  @Test
  default void conditionOfAWrite_failsAtOnce() {
    try (Database db = open()) {
      await(db.put("notes", "a", Value.text("one")));
      AtomicInteger runs = new AtomicInteger();
      ConflictException conflict =
          failure(
              ConflictException.class,
              db.transaction(
                  transaction -> {
                    runs.incrementAndGet();
                    transaction.put(PutRequest.of("notes", "a", Value.text("two")).ifAbsent());
                    return done();
                  }));
      assertEquals("condition", conflict.details().get("reason"));
      assertEquals(1, runs.get());
      run(
          db,
          transaction -> {
            transaction.put(PutRequest.of("notes", "a", Value.text("two")).ifVersion(1));
            transaction.embed(EmbedRequest.of("notes", "b", Embedding.of(1, 0)).ifAbsent());
          });
      run(db, transaction -> transaction.delete(DeleteRequest.of("notes", "a").ifVersion(2)));
      assertFalse(await(db.contains("notes", "a")));
    }
  }

  @Test
  default void everyWrite_takesConditions() {
    try (Database db = open()) {
      Commit put = await(db.put(PutRequest.of("n", "a", Value.text("1")).ifAbsent()));
      failure(
          ConflictException.class, db.put(PutRequest.of("n", "a", Value.text("1")).ifVersion(9)));
      Commit embed =
          await(db.embed(EmbedRequest.of("n", "a", Embedding.of(1, 0)).ifVersion(put.version())));
      ConflictException stale =
          failure(
              ConflictException.class,
              db.embed(EmbedRequest.of("n", "a", Embedding.of(1, 0)).ifVersion(put.version())));
      assertEquals(Long.toString(embed.version()), stale.details().get("version"));
      failure(
          ConflictException.class,
          db.embed(EmbedRequest.of("n", "a", Embedding.of(1, 0)).ifAbsent()));
      failure(
          ConflictException.class, db.delete(DeleteRequest.of("n", "a").ifVersion(put.version())));
      failure(
          ConflictException.class,
          db.batch(
              WriteBatch.builder()
                  .put("n", "b", Value.text("2"))
                  .delete("n", "a", WriteCondition.ifVersion(put.version()))
                  .build()));
      assertFalse(await(db.contains("n", "b")));
      Commit _ = await(db.delete(DeleteRequest.of("n", "a").ifVersion(embed.version())));
      failure(ConflictException.class, db.delete(DeleteRequest.of("n", "a").ifVersion(3)));
    }
  }

  @Test
  default void functionThatFails_failsTheTransactionWithItsOwnFailure() {
    try (Database db = open()) {
      IllegalStateException mine = new IllegalStateException("mine");
      assertSame(
          mine,
          failure(
              IllegalStateException.class,
              db.transaction(
                  transaction -> {
                    transaction.put("notes", "a", Value.text("one"));
                    throw mine;
                  })));
      assertSame(
          mine,
          failure(
              IllegalStateException.class,
              db.transaction(
                  transaction -> {
                    transaction.put("notes", "a", Value.text("one"));
                    return transaction
                        .get("notes", "a")
                        .thenCompose(_ -> CompletableFuture.<String>failedFuture(mine));
                  })));
      failure(
          KeyNotFoundException.class,
          db.transaction(
              transaction -> {
                transaction.put("notes", "a", Value.text("one"));
                return transaction.require("notes", "b");
              }));
      assertEquals(0, await(db.stats()).readPoint().version());
    }
  }

  @Test
  default void badInput_isRefusedAndNothingIsWritten() {
    try (Database db = open()) {
      List<Consumer<Transaction>> refusedAtOnce =
          List.of(
              t -> t.put(PutRequest.of("n", "a", Value.text("1")).withEmbedText("text")),
              t -> t.embed(EmbedRequest.text("n", "a", "text")),
              t -> t.embed("n", "a", Float.NaN),
              t -> t.put(PutRequest.of("n", "a", Value.text("1")).withDurability(Durability.ASYNC)),
              t ->
                  t.put(
                      PutRequest.of("n", "a", Value.text("1"))
                          .withAttributes(CommitAttributes.NONE.withActor("ada"))),
              t -> t.delete(DeleteRequest.of("n", "a").withTimeout(Duration.ofSeconds(1))));
      for (Consumer<Transaction> body : refusedAtOnce) {
        run(
            db,
            transaction -> assertThrows(ValidationException.class, () -> body.accept(transaction)));
      }
      List<Consumer<Transaction>> refusedAtCommit =
          List.of(
              t -> t.put("n", "", Value.text("1")),
              t -> t.put("", "a", Value.text("1")),
              t -> {
                t.put("n", "a", Value.text("1"));
                t.lock("n", "");
              });
      for (Consumer<Transaction> body : refusedAtCommit) {
        failure(
            ValidationException.class,
            db.transaction(
                transaction -> {
                  body.accept(transaction);
                  return done();
                }));
      }
      run(
          db,
          transaction -> {
            GetRequest past = GetRequest.of("n", "a").withAsOf(AsOf.version(0));
            failure(ValidationException.class, transaction.get(past));
            failure(
                ValidationException.class,
                transaction.getAll(GetAllRequest.of("n", List.of("a")).withAsOf(AsOf.version(0))));
            failure(
                ValidationException.class,
                transaction.scanPage(ScanRequest.of("n").withAsOf(AsOf.version(0))));
            failure(ValidationException.class, transaction.get("n", ""));
          });
      assertEquals(0, await(db.stats()).readPoint().version());
    }
  }

  @Test
  default void transaction_afterItsFunctionHasEnded_isRefused() {
    try (Database db = open()) {
      AtomicReference<Transaction> kept = new AtomicReference<>();
      run(
          db,
          transaction -> {
            transaction.put("notes", "a", Value.text("one"));
            kept.set(transaction);
          });
      Transaction ended = kept.get();
      List<Consumer<Transaction>> writes =
          List.of(
              t -> t.put("notes", "b", Value.text("two")),
              t -> t.embed("notes", "b", 1, 0),
              t -> t.delete("notes", "a"),
              t -> t.lock("notes", "a"),
              t -> t.attributes(CommitAttributes.NONE));
      for (Consumer<Transaction> write : writes) {
        ValidationException refused =
            assertThrows(ValidationException.class, () -> write.accept(ended));
        assertEquals("ended", refused.details().get("transaction"));
      }
      for (CompletableFuture<?> read :
          List.of(
              ended.get("notes", "a"),
              ended.require("notes", "a"),
              ended.contains("notes", "a"),
              ended.getAll("notes", List.of("a")),
              ended.scanPage(ScanRequest.of("notes")))) {
        assertEquals(
            "ended", failure(ValidationException.class, read).details().get("transaction"));
      }
      assertEquals(1, await(db.stats()).readPoint().version());
    }
  }

  @Test
  default void idempotencyKey_makesARetryTheFirstCommit() {
    try (Database db = open()) {
      CommitAttributes named = CommitAttributes.NONE.withIdempotencyKey("order-1");
      PutRequest put = PutRequest.of("orders", "1", Value.text("book")).withAttributes(named);
      Commit first = await(db.put(put));
      await(db.put("orders", "1", Value.text("changed")));

      assertEquals(first, await(db.put(put)));
      assertEquals(
          first,
          await(
              db.batch(
                  BatchRequest.of(
                      WriteBatch.builder()
                          .put("orders", "1", Value.text("book"))
                          .attributes(named)
                          .build()))));
      failure(
          ValidationException.class,
          db.put(PutRequest.of("orders", "1", Value.text("pen")).withAttributes(named)));
      assertEquals("changed", text(db, "orders", "1"));
      assertEquals(2, await(db.stats()).readPoint().version());
    }
  }

  @Test
  default void idempotencyKey_ofATransaction_countsOnce() {
    try (Database db = open()) {
      TransactionOptions named =
          TransactionOptions.DEFAULT.withAttributes(
              CommitAttributes.NONE.withIdempotencyKey("add-1"));
      List<TransactionResult<Integer>> results = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        results.add(
            await(
                db.transaction(
                    named,
                    transaction ->
                        transaction
                            .get("counters", "n")
                            .thenApply(
                                record -> {
                                  int next = number(record) + 1;
                                  transaction.put(
                                      "counters", "n", Value.json(Integer.toString(next)));
                                  return next;
                                }))));
      }
      assertEquals("1", text(db, "counters", "n"));
      assertEquals(1, await(db.stats()).readPoint().version());
      assertEquals(
          List.of(false, true, true), results.stream().map(TransactionResult::repeated).toList());
      assertEquals(results.getFirst().commit(), results.getLast().commit());
    }
  }

  @Test
  default void history_saysWhatItsCommitsSayOfThemselves() {
    try (Database db = open()) {
      CommitAttributes attributes =
          new CommitAttributes("ada", "import", null, Map.of("ticket", "42"));
      await(db.put(PutRequest.of("notes", "a", Value.text("1")).withAttributes(attributes)));
      await(db.delete("notes", "a"));
      assertEquals(
          List.of(CommitAttributes.NONE, attributes),
          await(db.history("notes", "a")).items().stream()
              .map(entry -> entry.attributes())
              .toList());
      assertTrue(await(db.commit(0)).isEmpty());
      assertTrue(await(db.commit(3)).isEmpty());
      failure(ValidationException.class, db.commit(-1));
      assertEquals(attributes, await(db.commit(1)).orElseThrow().attributes());
      assertEquals(2, db.reactive().commit(2).blockOptional().orElseThrow().version());
      assertTrue(db.reactive().commit(3).blockOptional().isEmpty());
    }
  }
}
