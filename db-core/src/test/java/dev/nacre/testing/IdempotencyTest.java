package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.nacre.error.ConflictException;
import dev.nacre.error.UnavailableException;
import dev.nacre.error.ValidationException;
import dev.nacre.model.Commit;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.HistoryRequest;
import dev.nacre.model.SnapshotCheck;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.RocksCursor;
import dev.nacre.store.rocks.RocksEngine;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A commit that is retried with its idempotency key is there once. */
@Timeout(60)
class IdempotencyTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration KEPT = Duration.ofHours(1);

  @TempDir Path directory;
  private final GatedProbe probe = new GatedProbe();
  private final ManualClock clock = new ManualClock(Instant.parse("2026-01-01T00:00:00Z"));
  private Store store = Store.open(StoreOptions.inMemory());

  @BeforeEach
  void open() {
    store.close();
    store =
        Store.open(
            StoreOptions.in(directory.resolve("db"))
                .withProbe(probe)
                .withClock(clock)
                .withIdempotencyRetention(KEPT));
  }

  @AfterEach
  void close() {
    probe.release();
    store.close();
  }

  @Test
  void retry_answersTheFirstCommitAndWritesNothing() throws Exception {
    Commit first = done(put("key", "a", 1));
    Commit between = done(put(null, "a", 2));
    Commit again = done(put("key", "a", 1));
    assertEquals(first, again);
    assertEquals(between.version(), store.now().version());
    assertEquals("2", value("a"));
    assertEquals(first, done(put("key", "a", 1, Durability.ASYNC)));
  }

  @Test
  void retry_withOtherAttributes_isTheSameCommit() throws Exception {
    Commit first = done(put("key", "a", 1));
    WriteBatch other =
        WriteBatch.of(
            batch("key", "a", 1).writes(),
            CommitAttributes.NONE.withIdempotencyKey("key").withActor("retry"));
    assertEquals(first, done(submit(other)));
  }

  @Test
  void anotherKey_isAnotherCommit() throws Exception {
    Commit first = done(put("key", "a", 1));
    Commit second = done(put("key2", "a", 1));
    assertNotEquals(first, second);
    assertEquals(2, store.history(HistoryRequest.of("ns", "a")).items().size());
  }

  @Test
  void sameKeyForOtherWrites_isRefused() throws Exception {
    Commit first = done(put("key", "a", 1));
    ValidationException refused =
        assertInstanceOf(ValidationException.class, failure(put("key", "a", 2)));
    assertEquals("key", refused.details().get("idempotencyKey"));
    assertEquals("1", refused.details().get("version"));
    assertEquals("1", value("a"));
    assertEquals(first, done(put("key", "a", 1)));
  }

  @Test
  void embeddingOfAText_isRecognisedByTheText() throws Exception {
    Write one = embedding(1, 2);
    Write nearly = embedding(1, 2.0001f);
    CommitAttributes named = CommitAttributes.NONE.withIdempotencyKey("key");
    Commit first = done(submit(WriteBatch.of(List.of(one), named).withEmbeddedText("text")));
    assertEquals(
        first, done(submit(WriteBatch.of(List.of(nearly), named).withEmbeddedText("text"))));
    assertInstanceOf(
        ValidationException.class,
        failure(submit(WriteBatch.of(List.of(one), named).withEmbeddedText("another"))));
  }

  @Test
  void transaction_isRecognisedWhateverItWrites() throws Exception {
    SnapshotCheck empty = new SnapshotCheck(store.now(), List.of());
    Commit first = done(submit(batch("key", "a", 1).withCheck(empty)));
    // A retry reads anew. It would conflict, too, if it were not there already.
    assertEquals(first, done(submit(batch("key", "a", 2).withCheck(empty))));
    assertEquals("1", value("a"));
    assertInstanceOf(ValidationException.class, failure(put("key", "a", 2)));
  }

  @Test
  void commitThatWasRefused_leavesItsKeyFree() throws Exception {
    done(put(null, "a", 1));
    WriteBatch conditional =
        WriteBatch.of(
            List.of(new Write.Delete("ns", "a", WriteCondition.ifVersion(7))),
            CommitAttributes.NONE.withIdempotencyKey("key"));
    assertInstanceOf(ConflictException.class, failure(submit(conditional)));
    assertEquals(2, done(put("key", "b", 1)).version());
  }

  @Test
  void emptyKey_isRefused() {
    assertInstanceOf(ValidationException.class, failure(put("", "a", 1)));
  }

  @Test
  void retriesInOneGroup_areOneCommit() throws Exception {
    probe.holdWrites();
    CompletableFuture<Commit> stalled = put(null, "stalled", 0);
    Awaitility.await().until(() -> probe.writesHeld() == 1);
    // In flight: the first is not written yet when the others come.
    List<CompletableFuture<Commit>> retries = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      retries.add(put("key", "a", 1));
    }
    CompletableFuture<Commit> different = put("key", "a", 2);
    CompletableFuture<Commit> last = put(null, "last", 0);
    probe.release();
    done(stalled);
    Set<Commit> commits = new HashSet<>();
    for (CompletableFuture<Commit> retry : retries) {
      commits.add(done(retry));
    }
    assertEquals(1, commits.size(), commits::toString);
    assertInstanceOf(ValidationException.class, failure(different));
    assertEquals(3, done(last).version());
    assertEquals(1, store.history(HistoryRequest.of("ns", "a")).items().size());
  }

  @Test
  void retryWhileTheFirstIsWritten_isTheSameCommit() throws Exception {
    probe.holdWrites();
    CompletableFuture<Commit> first = put("key", "a", 1);
    Awaitility.await().until(() -> probe.writesHeld() == 1);
    CompletableFuture<Commit> retry = put("key", "a", 1);
    probe.release();
    assertEquals(done(first), done(retry));
    assertEquals(1, store.now().version());
  }

  @Test
  void groupThatFails_failsItsRetriesToo() throws Exception {
    probe.holdWrites();
    CompletableFuture<Commit> stalled = put(null, "stalled", 0);
    Awaitility.await().until(() -> probe.writesHeld() == 1);
    CompletableFuture<Commit> first = put("key", "a", 1);
    CompletableFuture<Commit> retry = put("key", "a", 1);
    CompletableFuture<Commit> different = put("key", "a", 2);
    probe.step();
    done(stalled);
    Awaitility.await().until(() -> probe.writesHeld() == 2);
    probe.failWrites(new IllegalStateException("the disk is on fire"));
    probe.release();
    for (CompletableFuture<Commit> unknown : List.of(first, retry)) {
      assertEquals(
          "unknown",
          assertInstanceOf(UnavailableException.class, failure(unknown)).details().get("outcome"));
    }
    // That the key was used is not known any more either.
    assertInstanceOf(UnavailableException.class, failure(different));
  }

  @Test
  void retryBySync_ofAnAsynchronousCommit_isForcedToStableStorage() throws Exception {
    Commit first = done(put("key", "a", 1, Durability.ASYNC));
    probe.holdWrites();
    CompletableFuture<Commit> retry = put("key", "a", 1, Durability.SYNC);
    Awaitility.await().until(() -> probe.writesHeld() == 1);
    assertFalse(retry.isDone(), "acknowledged before it is durable");
    probe.release();
    assertEquals(first, done(retry));
    // Now it is known to be durable: storage is not touched.
    probe.holdWrites();
    assertEquals(first, done(put("key", "a", 1, Durability.SYNC)));
  }

  @Test
  void retryAfterReopening_answersTheFirstCommit() throws Exception {
    Commit first = done(put("key", "a", 1));
    store.close();
    open();
    assertEquals(first, done(put("key", "a", 1)));
    assertEquals(1, store.now().version());
    store.close();
    open();
    assertInstanceOf(ValidationException.class, failure(put("key", "a", 2)));
  }

  @Test
  void keyThatHasHadItsTime_namesANewCommit() throws Exception {
    Commit first = done(put("key", "a", 1));
    clock.advance(KEPT.minusMillis(1));
    assertEquals(first, done(put("key", "a", 1)));
    clock.advance(Duration.ofMillis(1));
    Commit second = done(put("key", "a", 2));
    assertEquals(2, second.version());
    clock.advance(KEPT.minusMillis(1));
    assertEquals(second, done(put("key", "a", 2)));
    assertEquals("2", value("a"));
  }

  @Test
  void keysThatHaveHadTheirTime_areDroppedByLaterCommits_aBoundedNumberEach() throws Exception {
    int keys = 200;
    List<CompletableFuture<Commit>> commits = new ArrayList<>();
    for (int i = 0; i < keys; i++) {
      commits.add(put("key" + i, "a" + i, 1));
    }
    for (CompletableFuture<Commit> commit : commits) {
      done(commit);
    }
    done(put(null, "later", 0));
    clock.advance(KEPT.plusSeconds(1));
    Commit kept = done(put("kept", "kept", 1));
    int left = rows();
    assertTrue(left > 2 && left < 2 * keys, left + " rows: all or none dropped by one commit");
    for (int i = 0; i < keys; i++) {
      done(put(null, "later", i));
    }
    // One in the register of keys, one in the queue of those to drop.
    assertEquals(2, rows());
    assertEquals(kept, done(put("kept", "kept", 1)));
    assertEquals(2 * keys + 2, store.now().version());
  }

  /** Rows about idempotency keys; closes and opens the store. */
  private int rows() {
    store.close();
    int rows = 0;
    try (RocksEngine engine =
            RocksEngine.open(
                new RocksEngine.Options(
                    directory.resolve("db").resolve("store"), true, 1 << 20, 1 << 20));
        RocksCursor cursor = engine.cursor(ColumnFamily.META, RocksEngine.CursorUse.SHORT)) {
      for (cursor.seek(new byte[] {'i'}); cursor.valid(); cursor.next()) {
        if (cursor.key()[0] == 'i' || cursor.key()[0] == 'j') {
          rows++;
        }
      }
    }
    open();
    return rows;
  }

  private static Write embedding(float... vector) {
    return new Write.Upsert(
        "ns",
        "a",
        null,
        null,
        List.of(Embedding.of(vector)),
        Write.Expiry.Unchanged.UNCHANGED,
        WriteCondition.none());
  }

  private static Write upsert(String namespace, String key, Value value) {
    return new Write.Upsert(
        namespace,
        key,
        value,
        null,
        List.of(),
        Write.Expiry.Unchanged.UNCHANGED,
        WriteCondition.none());
  }

  private static WriteBatch batch(@Nullable String idempotencyKey, String key, int value) {
    return WriteBatch.of(
        List.of(upsert("ns", key, Value.json(Integer.toString(value)))),
        new CommitAttributes(null, null, idempotencyKey, Map.of()));
  }

  private CompletableFuture<Commit> put(@Nullable String idempotencyKey, String key, int value) {
    return put(idempotencyKey, key, value, Durability.SYNC);
  }

  private CompletableFuture<Commit> put(
      @Nullable String idempotencyKey, String key, int value, Durability durability) {
    return store.commit(batch(idempotencyKey, key, value), durability, LONG);
  }

  private CompletableFuture<Commit> submit(WriteBatch batch) {
    return store.commit(batch, Durability.SYNC, LONG);
  }

  private String value(String key) {
    return store
        .get(store.now(), "ns", key, Set.of())
        .orElseThrow()
        .value()
        .orElseThrow()
        .asString();
  }

  @CanIgnoreReturnValue
  private static Commit done(CompletableFuture<Commit> commit) throws Exception {
    return commit.get(20, TimeUnit.SECONDS);
  }

  private static @Nullable Throwable failure(CompletableFuture<Commit> commit) {
    return assertThrows(ExecutionException.class, () -> done(commit)).getCause();
  }
}
