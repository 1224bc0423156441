package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.diff.ChangeKind;
import dev.nacre.diff.DiffRequest;
import dev.nacre.diff.EmbeddingChange;
import dev.nacre.error.ConflictException;
import dev.nacre.error.HistoryDroppedException;
import dev.nacre.feed.ChangeEvent;
import dev.nacre.feed.WatchRequest;
import dev.nacre.model.AsOf;
import dev.nacre.model.Commit;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Retention;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import dev.nacre.store.FeedPosition;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.Sweeping;
import dev.nacre.store.verify.StoreVerification;
import dev.nacre.store.verify.ViewCheck;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Commits of one group, each upon what the one before has left and nobody else sees yet: what each
 * version holds afterwards, and that no row is left over or missing.
 */
@Timeout(60)
class GroupRowsTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final EmbeddingSpace A = EmbeddingSpace.of("a", 2);
  private static final EmbeddingSpace B = EmbeddingSpace.of("b", 2);

  @TempDir private Path directory;
  private final GatedProbe probe = new GatedProbe();
  private final ManualClock clock = new ManualClock(Instant.parse("2026-01-01T00:00:00Z"));
  private final List<CompletableFuture<Commit>> submitted = new ArrayList<>();
  private @Nullable Store opened;

  @BeforeEach
  void open() {
    opened =
        Store.open(
            StoreOptions.in(directory.resolve("db"))
                .withBlockCacheBytes(1 << 20)
                .withWriteBufferBytes(1 << 20)
                .withProbe(probe)
                .withClock(clock)
                .withSweeping(new Sweeping(Duration.ZERO, Duration.ofSeconds(1))));
  }

  @AfterEach
  void everyRowFitsTheOthers() {
    probe.release();
    store().close();
    assertEquals(
        List.of(), StoreVerification.run(directory.resolve("db"), ViewCheck.NONE).problems());
  }

  private Store store() {
    if (opened == null) {
      throw new AssertionError("not open");
    }
    return opened;
  }

  /** From now on commits wait, and are one group when they go on. */
  private void begin() {
    probe.holdWrites();
    int held = probe.writesHeld();
    submit(put("other", "x", "holds the group up"));
    Awaitility.await().until(() -> probe.writesHeld() > held);
    submitted.clear();
  }

  private void submit(Write... writes) {
    submitted.add(
        store()
            .commit(WriteBatch.of(List.of(writes), CommitAttributes.NONE), Durability.ASYNC, LONG));
  }

  private void end() {
    probe.release();
    for (CompletableFuture<Commit> one : submitted) {
      Awaitility.await().until(one::isDone);
    }
  }

  private void commit(Write... writes) {
    var _ =
        store()
            .commit(WriteBatch.of(List.of(writes), CommitAttributes.NONE), Durability.ASYNC, LONG)
            .join();
  }

  private static Write put(String namespace, String key, String value) {
    return new Write.Upsert(
        namespace,
        key,
        Value.text(value),
        null,
        List.of(),
        Write.Expiry.Unchanged.UNCHANGED,
        WriteCondition.none());
  }

  private static Write upsert(@Nullable String value, WriteCondition condition, Embedding... of) {
    return new Write.Upsert(
        "ns",
        "k",
        value == null ? null : Value.text(value),
        null,
        List.of(of),
        Write.Expiry.Unchanged.UNCHANGED,
        condition);
  }

  private static Write delete(WriteCondition condition) {
    return new Write.Delete("ns", "k", condition);
  }

  private Optional<VersionedRecord> at(long version, String key) {
    return store().get(store().resolve(AsOf.version(version)), "ns", key, Set.of("a", "b"));
  }

  private Map<String, Embedding> embeddings(long version) {
    return at(version, "k").orElseThrow().embeddings();
  }

  @Test
  void vectorsOfOneGroup_areEachThereAtTheirVersion() {
    begin();
    submit(upsert("one", WriteCondition.none(), Embedding.of(A, 1, 1), Embedding.of(B, 1, 2)));
    submit(upsert(null, WriteCondition.none(), Embedding.of(A, 3, 1)));
    submit(upsert("two", WriteCondition.none()));
    submit(upsert(null, WriteCondition.none(), Embedding.of(B, 5, 2)));
    submit(delete(WriteCondition.none()));
    submit(upsert("three", WriteCondition.none(), Embedding.of(B, 7, 2)));
    end();
    Map<String, Embedding> first = Map.of("a", Embedding.of(A, 1, 1), "b", Embedding.of(B, 1, 2));
    Map<String, Embedding> second = Map.of("a", Embedding.of(A, 3, 1), "b", Embedding.of(B, 1, 2));
    assertEquals(first, embeddings(2));
    assertEquals(second, embeddings(3));
    assertEquals(second, embeddings(4));
    assertEquals(Map.of("a", 3L, "b", 2L), at(4, "k").orElseThrow().embeddingVersions());
    assertEquals(Map.of("a", Embedding.of(A, 3, 1), "b", Embedding.of(B, 5, 2)), embeddings(5));
    assertTrue(at(6, "k").isEmpty());
    assertEquals(Map.of("b", Embedding.of(B, 7, 2)), embeddings(7));
    assertEquals(4, at(5, "k").orElseThrow().valueVersion().orElseThrow());
  }

  @Test
  void vectorsOfAnEarlierGroup_areClosedByALaterOne() {
    commit(upsert("one", WriteCondition.none(), Embedding.of(A, 1, 1), Embedding.of(B, 1, 2)));
    commit(upsert("two", WriteCondition.none(), Embedding.of(A, 2, 1)));
    commit(delete(WriteCondition.none()));
    assertEquals(Map.of("a", Embedding.of(A, 1, 1), "b", Embedding.of(B, 1, 2)), embeddings(1));
    assertEquals(Map.of("a", Embedding.of(A, 2, 1), "b", Embedding.of(B, 1, 2)), embeddings(2));
    assertTrue(at(3, "k").isEmpty());
  }

  @Test
  void recordWrittenTwiceByOneCommit_isItsLastStateAndOneVersion() {
    commit(
        upsert("one", WriteCondition.none(), Embedding.of(A, 1, 1)),
        upsert("two", WriteCondition.none(), Embedding.of(A, 2, 1)));
    assertEquals(Map.of("a", Embedding.of(A, 2, 1)), embeddings(1));
    commit(delete(WriteCondition.none()), upsert("three", WriteCondition.none()));
    VersionedRecord last = at(2, "k").orElseThrow();
    assertEquals(Value.text("three"), last.value().orElseThrow());
    assertEquals(Map.of(), last.embeddings());
    commit(upsert("four", WriteCondition.none()), delete(WriteCondition.none()));
    assertTrue(at(3, "k").isEmpty());
    // Both changes of each commit are told, in their order.
    assertEquals(
        6,
        store().readFeed(WatchRequest.of("ns"), FeedPosition.after(0), 3).events().stream()
            .filter(ChangeEvent.RecordChanged.class::isInstance)
            .count());
  }

  @Test
  void conditions_areOfWhatTheGroupHasLeft() {
    begin();
    submit(upsert("one", WriteCondition.ifAbsent()));
    submit(upsert("two", WriteCondition.ifVersion(2)));
    submit(upsert("not", WriteCondition.ifVersion(2)));
    submit(upsert("not", WriteCondition.ifAbsent()));
    submit(delete(WriteCondition.ifVersion(3)));
    submit(upsert("not", WriteCondition.ifVersion(3)));
    submit(upsert("three", WriteCondition.ifAbsent()));
    end();
    assertEquals(Optional.of(2L), version(0));
    assertEquals(Optional.of(3L), version(1));
    assertEquals("3", conflict(2).details().get("version"));
    assertEquals("3", conflict(3).details().get("version"));
    assertEquals(Optional.of(4L), version(4));
    ConflictException absent = conflict(5);
    assertEquals("absent", absent.details().get("version"));
    assertEquals("condition", absent.details().get("reason"));
    assertEquals(Optional.of(5L), version(6));
    assertEquals(Value.text("three"), at(5, "k").orElseThrow().value().orElseThrow());
  }

  private Optional<Long> version(int index) {
    CompletableFuture<Commit> one = submitted.get(index);
    return one.isCompletedExceptionally() ? Optional.empty() : Optional.of(one.join().version());
  }

  private ConflictException conflict(int index) {
    CompletionException refused =
        assertThrows(CompletionException.class, () -> submitted.get(index).join());
    return assertInstanceOf(ConflictException.class, refused.getCause());
  }

  @Test
  void commitThatIsRefusedInItsMiddle_leavesNothingInItsGroup() {
    begin();
    submit(upsert("one", WriteCondition.none(), Embedding.of(A, 1, 1)));
    submit(
        upsert("lost", WriteCondition.none(), Embedding.of(A, 9, 9)),
        put("ns", "new", "lost"),
        put("never", "x", "lost"),
        upsert("lost too", WriteCondition.ifAbsent()));
    submit(upsert(null, WriteCondition.ifVersion(2), Embedding.of(B, 2, 2)));
    submit(put("ns", "new", "there"));
    end();
    assertEquals("3", conflict(1).details().get("version"));
    assertEquals(Optional.of(3L), version(2));
    assertEquals(Value.text("one"), at(3, "k").orElseThrow().value().orElseThrow());
    assertEquals(Map.of("a", Embedding.of(A, 1, 1), "b", Embedding.of(B, 2, 2)), embeddings(3));
    assertTrue(at(3, "new").isEmpty());
    assertEquals(4, at(4, "new").orElseThrow().version());
    assertEquals(
        List.of("ns", "other"),
        store().namespaces(store().now()).stream().map(of -> of.name()).toList());
  }

  @Test
  void expiredRecord_carriesNothingOver_andItsVectorsEnd() {
    commit(
        new Write.Upsert(
            "ns",
            "k",
            Value.text("one"),
            Metadata.of("m", 1),
            List.of(Embedding.of(A, 1, 1), Embedding.of(B, 1, 2)),
            new Write.Expiry.After(Duration.ofSeconds(10)),
            WriteCondition.none()));
    clock.advance(Duration.ofSeconds(20));
    ConflictException conflict =
        assertInstanceOf(
            ConflictException.class,
            assertThrows(
                    CompletionException.class, () -> commit(delete(WriteCondition.ifVersion(1))))
                .getCause());
    assertEquals("absent", conflict.details().get("version"));
    commit(delete(WriteCondition.none()));
    assertEquals(List.of(), store().commitInfo(2).orElseThrow().namespaces());
    commit(upsert(null, WriteCondition.ifAbsent(), Embedding.of(A, 3, 3)));
    VersionedRecord record = at(3, "k").orElseThrow();
    assertTrue(record.value().isEmpty());
    assertTrue(record.metadata().isEmpty());
    assertTrue(record.expiresAt().isEmpty());
    assertEquals(Map.of("a", Embedding.of(A, 3, 3)), record.embeddings());
  }

  @Test
  void expiryOfARecord_isKeptChangedAndTakenAway() {
    commit(
        new Write.Upsert(
            "ns",
            "k",
            Value.text("one"),
            null,
            List.of(),
            new Write.Expiry.After(Duration.ofSeconds(10)),
            WriteCondition.none()));
    Instant expiry = at(1, "k").orElseThrow().expiresAt().orElseThrow();
    commit(upsert("two", WriteCondition.none()));
    assertEquals(Optional.of(expiry), at(2, "k").orElseThrow().expiresAt());
    commit(
        new Write.Upsert(
            "ns",
            "k",
            null,
            Metadata.of("m", 1),
            List.of(),
            Write.Expiry.Never.NEVER,
            WriteCondition.none()));
    assertEquals(Optional.empty(), at(3, "k").orElseThrow().expiresAt());
    clock.advance(Duration.ofSeconds(20));
    assertEquals(0, store().sweep(() -> false).recordsExpired());
    assertTrue(at(3, "k").isPresent());
  }

  @Test
  void recordThatExpires_isATombstoneOnce_unlessItWasWrittenMeanwhile() {
    for (String key : List.of("k", "again")) {
      commit(
          new Write.Upsert(
              "ns",
              key,
              Value.text("one"),
              null,
              List.of(Embedding.of(A, 1, 1)),
              new Write.Expiry.After(Duration.ofSeconds(10)),
              WriteCondition.none()));
    }
    clock.advance(Duration.ofSeconds(20));
    commit(put("ns", "again", "two"));
    assertEquals(1, store().sweep(() -> false).recordsExpired());
    assertEquals(4, store().now().version());
    assertEquals(0, store().sweep(() -> false).recordsExpired());
    assertTrue(at(4, "again").isPresent());
    assertEquals(Map.of(), at(4, "again").orElseThrow().embeddings());
    assertEquals(Map.of("a", Embedding.of(A, 1, 1)), embeddings(1));
  }

  @Test
  void namespaceThatEndsAndBeginsAgainInOneGroup_isAnother() {
    commit(upsert("one", WriteCondition.none(), Embedding.of(A, 1, 1)));
    begin();
    submit(new Write.DeleteNamespace("ns"));
    submit(upsert("two", WriteCondition.ifAbsent(), Embedding.of(EmbeddingSpace.of("a", 2), 2, 2)));
    submit(upsert("three", WriteCondition.ifVersion(4)));
    end();
    assertTrue(at(3, "k").isEmpty());
    assertEquals(Optional.of(5L), version(2));
    assertEquals(Value.text("one"), at(2, "k").orElseThrow().value().orElseThrow());
    assertEquals(Map.of("a", Embedding.of(A, 2, 2)), embeddings(5));
    // Another namespace of the same name: its record is compared by what it holds.
    var diff =
        store().diff(DiffRequest.of("ns", AsOf.version(1), AsOf.version(4))).items().getFirst();
    assertEquals(ChangeKind.CHANGED, diff.kind());
    assertEquals(List.of(new EmbeddingChange("a", ChangeKind.CHANGED)), diff.embeddings());
  }

  @Test
  void namespaceThatHoldsTheSameAgain_isNoDifferenceOfParts() {
    Write same = upsert("same", WriteCondition.none(), Embedding.of(A, 1, 1));
    commit(same);
    commit(new Write.DeleteNamespace("ns"), same);
    assertEquals(
        List.of(), store().diff(DiffRequest.of("ns", AsOf.version(1), AsOf.version(2))).items());
  }

  @Test
  void retentionsFloor_isTheOldestVersionThatIsAnswered() {
    commit(
        new Write.Configure(
            "ns",
            NamespaceOptions.DEFAULT.withRetention(Retention.duration(Duration.ofSeconds(25)))));
    for (int i = 2; i <= 8; i++) {
      clock.advance(Duration.ofSeconds(10));
      commit(put("ns", "k" + i % 2, "v" + i));
    }
    var _ = store().sweep(() -> false);
    HistoryDroppedException scanned = assertThrows(HistoryDroppedException.class, () -> scan(2));
    long oldest = Long.parseLong(String.valueOf(scanned.details().get("oldest")));
    assertEquals(2, scan(oldest));
    assertThrows(HistoryDroppedException.class, () -> scan(oldest - 1));
    HistoryDroppedException read = assertThrows(HistoryDroppedException.class, () -> feed(1));
    long first = Long.parseLong(String.valueOf(read.details().get("oldest")));
    assertEquals(8 - first + 1, feed(first - 1));
    assertThrows(HistoryDroppedException.class, () -> feed(first - 2));
  }

  private long scan(long version) {
    return store().scan(ScanRequest.of("ns").withAsOf(AsOf.version(version))).items().size();
  }

  private long feed(long after) {
    return store().readFeed(WatchRequest.of("ns"), FeedPosition.after(after), 8).events().size();
  }

  @Test
  void scansOfThePast_areWhatWasThere() {
    List<List<String>> was = new ArrayList<>();
    was.add(List.of());
    List<Write> writes =
        List.of(
            put("ns", "b", "1"),
            put("ns", "a", "2"),
            put("ns", "ab", "3"),
            put("ns", "b", "4"),
            new Write.Delete("ns", "a", WriteCondition.none()),
            put("ns", "c", "6"),
            new Write.Delete("ns", "b", WriteCondition.none()),
            put("ns", "a", "8"),
            new Write.Delete("ns", "c", WriteCondition.none()));
    for (Write write : writes) {
      commit(write);
      was.add(keys(store().now().version()));
    }
    assertEquals(List.of("a", "ab"), was.getLast());
    assertEquals(List.of("a", "ab", "b"), was.get(4));
    assertEquals(List.of("ab", "b", "c"), was.get(6));
    for (int version = 1; version < was.size(); version++) {
      assertEquals(was.get(version), keys(version), "version " + version);
    }
  }

  private List<String> keys(long version) {
    List<String> keys = new ArrayList<>();
    ScanRequest scan = ScanRequest.of("ns").withAsOf(AsOf.version(version)).withLimit(2);
    while (true) {
      var page = store().scan(scan);
      page.items().forEach(record -> keys.add(record.key()));
      if (page.cursor() == null) {
        return keys;
      }
      scan = scan.withCursor(page.cursor());
    }
  }
}
