package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.nacre.error.ConflictException;
import dev.nacre.error.ValidationException;
import dev.nacre.model.Commit;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.RecordKey;
import dev.nacre.model.SnapshotCheck;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A checked batch is committed when nothing it names has changed, and otherwise not. */
@Timeout(60)
class SnapshotCheckTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final int MORE_THAN_ARE_REMEMBERED = (1 << 16) + 10;

  private final GatedProbe probe = new GatedProbe();
  private final ManualClock clock = new ManualClock(Instant.parse("2026-01-01T00:00:00Z"));
  private Store store = Store.open(StoreOptions.inMemory().withProbe(probe).withClock(clock));

  @AfterEach
  void close() {
    probe.release();
    store.close();
  }

  @Test
  void keyThatDidNotChange_isWritten() throws Exception {
    put("a");
    ReadPoint at = store.now();
    put("b");
    assertEquals(3, done(checked(at, "a")).version());
    // Absent then and now, in a namespace that is there and in one that is not.
    assertEquals(4, done(checked(at, "new")).version());
    assertEquals(5, done(checked(at, List.of(upsert("other", "a")), List.of())).version());
  }

  @Test
  void keyThatWasWritten_isAConflictThatNamesIt() throws Exception {
    put("a");
    ReadPoint at = store.now();
    put("a");
    ConflictException conflict = conflict(checked(at, "a"));
    assertEquals("ns", conflict.details().get("namespace"));
    assertEquals("a", conflict.details().get("key"));
    assertEquals("changed", conflict.details().get("reason"));
    assertEquals("1", conflict.details().get("since"));
    assertEquals("2", conflict.details().get("version"));
    assertEquals(3, done(checked(store.now(), "a")).version());
  }

  @Test
  void keyWhoseEmbeddingWasWritten_isAConflict() throws Exception {
    put("a");
    ReadPoint at = store.now();
    commit(WriteBatch.builder().embed("ns", "a", Embedding.of(1, 2)).build());
    conflict(checked(at, "a"));
  }

  @Test
  void keyThatWasCreated_isAConflict() throws Exception {
    ReadPoint empty = store.now();
    put("a");
    conflict(checked(empty, "a"));
    conflict(
        checked(empty, List.of(new Write.Delete("ns", "a", WriteCondition.none())), List.of()));
    assertEquals(2, done(checked(empty, "b")).version());
  }

  @Test
  void keyThatWasDeleted_isAConflict_alsoWhenItHadNotBeenThere() throws Exception {
    put("a");
    ReadPoint there = store.now();
    delete("a");
    conflict(checked(there, "a"));
    ReadPoint gone = store.now();
    put("a");
    delete("a");
    conflict(checked(gone, "a"));
    assertEquals(5, done(checked(store.now(), "a")).version());
  }

  @Test
  void namespaceThatWasDeleted_isAConflict_alsoWhenItIsThereAgain() throws Exception {
    put("a");
    ReadPoint at = store.now();
    commit(WriteBatch.of(new Write.DeleteNamespace("ns")));
    conflict(checked(at, "a"));
    conflict(checked(at, "never written"));
    put("b");
    conflict(checked(at, "a"));
    ReadPoint again = store.now();
    assertEquals(4, done(checked(again, "a")).version());
  }

  @Test
  void namespaceThatCameAndWent_isAConflict() throws Exception {
    ReadPoint empty = store.now();
    put("a");
    commit(WriteBatch.of(new Write.DeleteNamespace("ns")));
    conflict(checked(empty, "a"));
    assertEquals(3, done(checked(empty, List.of(upsert("other", "a")), List.of())).version());
  }

  @Test
  void recordThatHasExpired_isAConflict_unlessItHadBefore() throws Exception {
    commit(
        WriteBatch.of(
            new Write.Upsert(
                "ns",
                "a",
                Value.json("1"),
                null,
                List.of(),
                new Write.Expiry.After(Duration.ofMinutes(1)),
                WriteCondition.none())));
    ReadPoint live = store.now();
    clock.advance(Duration.ofMinutes(2));
    conflict(checked(live, "a"));
    conflict(checked(live, List.of(upsert("ns", "b")), List.of(new RecordKey("ns", "a"))));
    assertEquals(2, done(checked(store.now(), "a")).version());
  }

  @Test
  void lockedKey_isPartOfTheCheck() throws Exception {
    put("a");
    ReadPoint at = store.now();
    List<RecordKey> locks = List.of(new RecordKey("ns", "a"), new RecordKey("no", "where"));
    assertEquals(2, done(checked(at, List.of(upsert("ns", "b")), locks)).version());
    put("a");
    ConflictException conflict = conflict(checked(at, List.of(upsert("ns", "c")), locks));
    assertEquals("a", conflict.details().get("key"));
    assertEquals(4, done(checked(at, "c")).version());
  }

  @Test
  void lockedAbsentKey_mustStayAbsent() throws Exception {
    ReadPoint at = store.now();
    commit(WriteBatch.builder().put("no", "where", Value.json("1")).build());
    conflict(checked(at, List.of(upsert("ns", "a")), List.of(new RecordKey("no", "where"))));
  }

  @Test
  void ownWrites_areNoConflict() throws Exception {
    ReadPoint at = store.now();
    List<Write> writes =
        List.of(
            upsert("ns", "a"),
            new Write.Delete("ns", "a", WriteCondition.ifVersion(1)),
            upsert("ns", "a"));
    assertEquals(1, done(checked(at, writes, List.of(new RecordKey("ns", "a")))).version());
  }

  @Test
  void commitOfTheSameGroup_isSeen() throws Exception {
    put("a");
    put("deleted");
    ReadPoint at = store.now();
    probe.holdWrites();
    CompletableFuture<Commit> stalled = submit(WriteBatch.of(upsert("ns", "stalled")));
    Awaitility.await().until(() -> probe.writesHeld() == 1);
    // These are one group: the first to come has won.
    CompletableFuture<Commit> first = checked(at, "a");
    CompletableFuture<Commit> second = checked(at, "a");
    CompletableFuture<Commit> deleted =
        submit(WriteBatch.builder().delete("ns", "deleted").build());
    CompletableFuture<Commit> third = checked(at, "deleted");
    CompletableFuture<Commit> created = submit(WriteBatch.of(upsert("new", "a")));
    CompletableFuture<Commit> fourth = checked(at, List.of(upsert("new", "a")), List.of());
    CompletableFuture<Commit> fifth = checked(at, List.of(upsert("new", "b")), List.of());
    probe.release();
    assertEquals(3, done(stalled).version());
    assertEquals(4, done(first).version());
    conflict(second);
    assertEquals(5, done(deleted).version());
    conflict(third);
    assertEquals(6, done(created).version());
    conflict(fourth);
    assertEquals(7, done(fifth).version());
  }

  @Test
  void commitThatWasRefused_hasChangedNothing() throws Exception {
    put("a");
    ReadPoint at = store.now();
    // Changes "gone" in the group's memory, then fails and is taken back.
    WriteBatch refused =
        WriteBatch.of(
            List.of(
                upsert("ns", "gone"),
                upsert("ns", "a"),
                new Write.Delete("ns", "a", WriteCondition.ifAbsent())),
            CommitAttributes.NONE);
    conflict(submit(refused));
    put("b");
    assertEquals(3, done(checked(at, "gone")).version());
    assertEquals(4, done(checked(at, "a")).version());
  }

  @Test
  void changesBeyondWhatIsRemembered_areFoundInStorage(@TempDir Path directory) throws Exception {
    store.close();
    store = Store.open(StoreOptions.in(directory.resolve("db")).withProbe(probe));
    put("changed");
    put("same");
    put("gone");
    ReadPoint at = store.now();
    put("changed");
    delete("gone");
    flood();
    judgeAfterTheFlood(at, at);
    // The same when nothing is remembered at all.
    store.close();
    store = Store.open(StoreOptions.in(directory.resolve("db")));
    judgeAfterTheFlood(at, store.now());
  }

  private void judgeAfterTheFlood(ReadPoint at, ReadPoint now) throws Exception {
    conflict(checked(at, "changed"));
    conflict(checked(at, "gone"));
    conflict(checked(at, List.of(upsert("ns", "x" + now)), List.of(new RecordKey("ns", "gone"))));
    List<RecordKey> locks =
        List.of(new RecordKey("ns", "same"), new RecordKey("ns", "never there"));
    var _ = done(checked(at, List.of(upsert("ns", "y" + now)), locks));
  }

  private void flood() throws Exception {
    List<Write> writes = new ArrayList<>();
    for (int i = 0; i < MORE_THAN_ARE_REMEMBERED; i++) {
      writes.add(upsert("flood", "k" + i));
    }
    commit(WriteBatch.of(writes, CommitAttributes.NONE));
  }

  @Test
  void manyKeys_areJudgedOneByOne() throws Exception {
    List<Write> writes = new ArrayList<>();
    List<RecordKey> locks = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      writes.add(upsert("ns", "w" + i));
      locks.add(new RecordKey("ns", "l" + i));
    }
    put("l99");
    ReadPoint at = store.now();
    assertEquals(2, done(checked(at, writes, locks)).version());
    ReadPoint then = store.now();
    put("l99");
    assertEquals("l99", conflict(checked(then, writes, locks)).details().get("key"));
    ReadPoint later = store.now();
    put("w57");
    assertEquals("w57", conflict(checked(later, writes, locks)).details().get("key"));
  }

  @Test
  void readPointOfAnotherStore_isRefused() throws Exception {
    put("a");
    ReadPoint at = store.now();
    for (ReadPoint foreign :
        List.of(
            new ReadPoint(at.version() + 1, at.instant(), at.lineage()),
            new ReadPoint(at.version(), at.instant(), "another"))) {
      assertInstanceOf(ValidationException.class, failure(checked(foreign, "a")));
    }
    assertEquals(1, store.now().version());
  }

  private static Write upsert(String namespace, String key) {
    return new Write.Upsert(
        namespace,
        key,
        Value.json("1"),
        null,
        List.of(),
        Write.Expiry.Unchanged.UNCHANGED,
        WriteCondition.none());
  }

  private void put(String key) throws Exception {
    commit(WriteBatch.of(upsert("ns", key)));
  }

  private void delete(String key) throws Exception {
    commit(WriteBatch.builder().delete("ns", key).build());
  }

  private void commit(WriteBatch batch) throws Exception {
    var _ = done(submit(batch));
  }

  private CompletableFuture<Commit> submit(WriteBatch batch) {
    return store.commit(batch, Durability.ASYNC, LONG);
  }

  private CompletableFuture<Commit> checked(ReadPoint at, String key) {
    return checked(at, List.of(upsert("ns", key)), List.of());
  }

  private CompletableFuture<Commit> checked(
      ReadPoint at, List<Write> writes, List<RecordKey> locked) {
    return submit(
        WriteBatch.of(writes, CommitAttributes.NONE).withCheck(new SnapshotCheck(at, locked)));
  }

  private static Commit done(CompletableFuture<Commit> commit) throws Exception {
    return commit.get(20, TimeUnit.SECONDS);
  }

  private static @Nullable Throwable failure(CompletableFuture<Commit> commit) {
    return assertThrows(ExecutionException.class, () -> done(commit)).getCause();
  }

  @CanIgnoreReturnValue
  private static ConflictException conflict(CompletableFuture<Commit> commit) {
    return assertInstanceOf(ConflictException.class, failure(commit));
  }
}
