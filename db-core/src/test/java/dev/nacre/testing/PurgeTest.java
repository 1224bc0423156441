package dev.nacre.testing;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.nacre.error.ConflictException;
import dev.nacre.error.HistoryDroppedException;
import dev.nacre.error.UnavailableException;
import dev.nacre.error.ValidationException;
import dev.nacre.feed.ChangeEvent;
import dev.nacre.feed.WatchRequest;
import dev.nacre.maintain.ErasedRows;
import dev.nacre.maintain.PurgeKind;
import dev.nacre.maintain.PurgeRecord;
import dev.nacre.maintain.PurgeRequest;
import dev.nacre.model.AsOf;
import dev.nacre.model.Commit;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.CommitInfo;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.HistoryEntry;
import dev.nacre.model.HistoryRequest;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.SnapshotCheck;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import dev.nacre.store.FeedPosition;
import dev.nacre.store.StorageProbe;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.verify.StoreVerification;
import dev.nacre.store.verify.ViewCheck;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a purge takes away, what it leaves, and what happens beside it and when it fails. */
class PurgeTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final String NS = "people";

  @TempDir private Path directory;

  private StoreOptions options() {
    return StoreOptions.in(directory.resolve("db"))
        .withBlockCacheBytes(1 << 20)
        .withWriteBufferBytes(1 << 20);
  }

  @CanIgnoreReturnValue
  private static Commit commit(Store store, WriteBatch batch) {
    return store.commit(batch, Durability.ASYNC, TIMEOUT).join();
  }

  @CanIgnoreReturnValue
  private static Commit put(Store store, String key, String text) {
    return commit(
        store,
        WriteBatch.builder()
            .put(NS, key, Value.text(text))
            .embed(NS, key, Embedding.of(1, 2, text.length()))
            .build());
  }

  private static PurgeRecord purge(Store store, PurgeRequest request) {
    return store.purge(request, _ -> {});
  }

  private static List<Long> versions(Store store, String key) {
    return store.history(HistoryRequest.of(NS, key).withLimit(1000)).items().stream()
        .map(HistoryEntry::version)
        .toList();
  }

  @Test
  void purge_key_rowsAreCountedAndGone() {
    try (Store store = Store.open(options())) {
      put(store, "a", "one");
      put(store, "a", "two");
      commit(store, WriteBatch.builder().delete(NS, "a").build());
      put(store, "a", "three");
      put(store, "b", "other");
      PurgeRecord purge =
          purge(store, PurgeRequest.key(NS, "a").withActor("ada").withReason("asked"));
      assertEquals(6, purge.version());
      // Two superseded, a tombstone; two superseded vectors.
      // A put and its embedding are two changes.
      assertEquals(new ErasedRows(1, 3, 1, 2, 7, 0), purge.erased());
      assertEquals(Optional.of("ada"), Optional.ofNullable(purge.actor()));
      for (long version = 0; version <= 6; version++) {
        ReadPoint at = store.resolve(AsOf.version(version));
        assertEquals(Optional.empty(), store.get(at, NS, "a", Set.of("default")));
      }
      assertEquals(List.of(), versions(store, "a"));
      assertEquals(List.of(5L), versions(store, "b"));
      assertEquals(List.of(purge), store.purges());
      assertFalse(store.hasPendingPurge());
    }
    assertEquals(
        List.of(), StoreVerification.run(directory.resolve("db"), ViewCheck.NONE).problems());
  }

  @Test
  void purge_whatIsNotThere_reportsZerosAndMakesNothing() {
    try (Store store = Store.open(StoreOptions.inMemory())) {
      put(store, "a", "one");
      for (PurgeRequest request :
          List.of(
              PurgeRequest.key(NS, "absent"),
              PurgeRequest.prefix(NS, "absent"),
              PurgeRequest.key("nowhere", "a"),
              PurgeRequest.namespace("nowhere"))) {
        PurgeRecord purge = purge(store, request);
        assertEquals(ErasedRows.NONE, purge.erased());
        assertTrue(purge.completedAt().isPresent());
      }
      assertEquals(5, store.now().version());
      assertEquals(1, store.namespaces(store.now()).size());
      assertEquals(List.of(1L), versions(store, "a"));
    }
  }

  @Test
  void purge_impossibleRequests_areRefusedAndNothingIsCommitted() {
    try (Store store = Store.open(StoreOptions.inMemory())) {
      put(store, "a", "one");
      for (PurgeRequest request :
          List.of(
              PurgeRequest.key(NS, ""),
              PurgeRequest.key("", "a"),
              PurgeRequest.key(NS, "y".repeat(1025)),
              new PurgeRequest(NS, PurgeKind.NAMESPACE, "a", null, null))) {
        assertThrows(ValidationException.class, () -> purge(store, request));
      }
      assertEquals(1, store.now().version());
    }
  }

  @Test
  void purge_theLogSaysWhenAndByWhom() {
    try (Store store = Store.open(StoreOptions.inMemory())) {
      put(store, "a", "one");
      put(store, "b", "other");
      PurgeRecord purge =
          purge(store, PurgeRequest.prefix(NS, "a").withActor("ada").withReason("asked"));
      CommitInfo info = store.commitInfo(3).orElseThrow();
      assertEquals("ada", info.attributes().actor());
      assertEquals(Map.of("purged", "prefix", "reason", "asked"), info.attributes().other());
      assertEquals(List.of(NS), info.namespaces());
      // Also whom no purged key would have interested: nobody knows which keys they were.
      for (String prefix : List.of("", "zzz")) {
        List<ChangeEvent> events =
            store
                .readFeed(
                    WatchRequest.of(NS).withPrefix(prefix), FeedPosition.after(0), Long.MAX_VALUE)
                .events();
        ChangeEvent.RecordPurged change =
            assertInstanceOf(ChangeEvent.RecordPurged.class, events.get(1));
        assertEquals(1, change.commit().version());
        assertEquals(3, change.purgeVersion());
        assertEquals(purge.committedAt(), change.purgedAt());
        assertFalse(change.isPurge());
        ChangeEvent.RecordPurged itself =
            assertInstanceOf(ChangeEvent.RecordPurged.class, events.getLast());
        assertTrue(itself.isPurge());
        assertEquals("ada", itself.attributes().actor());
      }
    }
  }

  @Test
  void purge_retryOfACommitWithAnIdempotencyKey_bringsNothingBack() {
    WriteBatch batch =
        WriteBatch.of(
            List.of(
                new Write.Upsert(
                    NS,
                    "a",
                    Value.text("secret"),
                    null,
                    List.of(),
                    Write.Expiry.Unchanged.UNCHANGED,
                    WriteCondition.none())),
            CommitAttributes.NONE.withIdempotencyKey("once"));
    try (Store store = Store.open(StoreOptions.inMemory())) {
      assertEquals(1, commit(store, batch).version());
      var _ = purge(store, PurgeRequest.key(NS, "a"));
      assertEquals(1, commit(store, batch).version());
      assertEquals(List.of(), versions(store, "a"));
    }
  }

  @Test
  void purge_attributesOfRestores_loseTheKeyAndKeepTheRest() {
    try (Store store = Store.open(StoreOptions.inMemory())) {
      put(store, "a", "one");
      for (String restored : List.of("a", "b")) {
        commit(
            store,
            WriteBatch.of(
                List.of(new Write.Delete(NS, restored, WriteCondition.none())),
                new CommitAttributes(
                    "ada",
                    null,
                    null,
                    Map.of("restoredVersion", "1", "restoredKey", restored, "mine", "a"))));
      }
      var _ = purge(store, PurgeRequest.key(NS, "a"));
      assertEquals(
          Map.of("restoredVersion", "1", "mine", "a"),
          store.commitInfo(2).orElseThrow().attributes().other());
      assertEquals("ada", store.commitInfo(2).orElseThrow().attributes().actor());
      assertEquals("b", store.commitInfo(3).orElseThrow().attributes().other().get("restoredKey"));
    }
  }

  @Test
  void purge_transactionFromBefore_conflicts() {
    try (Store store = Store.open(StoreOptions.inMemory())) {
      put(store, "a", "one");
      ReadPoint before = store.now();
      var _ = purge(store, PurgeRequest.key(NS, "a"));
      CompletableFuture<Commit> late =
          store.commit(
              WriteBatch.builder()
                  .put(NS, "a", Value.text("what it was"))
                  .build()
                  .withCheck(new SnapshotCheck(before, List.of())),
              Durability.ASYNC,
              TIMEOUT);
      ExecutionException failure =
          assertThrows(ExecutionException.class, () -> late.get(9, SECONDS));
      ConflictException conflict = assertInstanceOf(ConflictException.class, failure.getCause());
      assertEquals("changed", conflict.details().get("reason"));
      HistoryDroppedException held =
          assertThrows(
              HistoryDroppedException.class,
              () -> store.checkNotPurged(before, before.version(), NS));
      assertEquals("purged", held.details().get("reason"));
      store.checkNotPurged(before, store.now().version(), NS);
      store.checkNotPurged(before, before.version(), "elsewhere");
    }
  }

  @Test
  void purge_conditionsOfLaterWrites_seeAnAbsentRecord() {
    try (Store store = Store.open(StoreOptions.inMemory())) {
      put(store, "a", "one");
      AtomicInteger seen = new AtomicInteger();
      // While its rows are still there.
      var _ =
          store.purge(
              PurgeRequest.key(NS, "a"),
              _ -> {
                Write absent =
                    new Write.Upsert(
                        NS,
                        "a",
                        Value.text("new"),
                        null,
                        List.of(),
                        Write.Expiry.Unchanged.UNCHANGED,
                        WriteCondition.ifAbsent());
                seen.set((int) commit(store, WriteBatch.of(absent)).version());
              });
      assertEquals(3, seen.get());
      assertEquals(List.of(3L), versions(store, "a"));
      assertEquals(
          Map.of(), store.get(store.now(), NS, "a", Set.of("default")).orElseThrow().embeddings());
    }
  }

  @Test
  void purge_whileOthersWriteTheSameKeys_keepsWhatIsNewerAndNothingElse() throws Exception {
    try (Store store = Store.open(options())) {
      AtomicBoolean running = new AtomicBoolean(true);
      Map<Long, String> written = new ConcurrentSkipListMap<>();
      List<CompletableFuture<Void>> writers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        int writer = i;
        writers.add(
            CompletableFuture.runAsync(
                () -> {
                  for (int n = 0; n < 1_000 && running.get(); n++) {
                    String key = n % 3 == 0 ? "k" : n % 3 == 1 ? "kk" : "other";
                    long version = put(store, key, writer + "-" + n + "x".repeat(n % 50)).version();
                    written.put(version, key);
                    if (n % 7 == 0) {
                      // A read that meets a purge finds the record, or none: never a part.
                      store
                          .get(store.now(), NS, key, Set.of("default"))
                          .ifPresent(
                              record -> assertTrue(record.embeddings().containsKey("default")));
                    }
                  }
                }));
      }
      long last = 0;
      for (int round = 0; round < 6; round++) {
        last =
            purge(store, round % 2 == 0 ? PurgeRequest.key(NS, "k") : PurgeRequest.prefix(NS, "k"))
                .version();
        List<Long> left = versions(store, "k");
        long purged = last;
        assertTrue(left.stream().allMatch(version -> version > purged), left::toString);
      }
      running.set(false);
      for (CompletableFuture<Void> writer : writers) {
        writer.get(30, SECONDS);
      }
      for (String key : List.of("k", "kk", "other")) {
        // The last round was of the prefix.
        long after = key.equals("other") ? 0 : last;
        List<Long> expected =
            written.entrySet().stream()
                .filter(entry -> entry.getKey() > after && entry.getValue().equals(key))
                .map(Map.Entry::getKey)
                .sorted((one, other) -> Long.compare(other, one))
                .limit(1000)
                .toList();
        assertEquals(expected, versions(store, key), key);
      }
    }
    assertEquals(
        List.of(), StoreVerification.run(directory.resolve("db"), ViewCheck.NONE).problems());
  }

  /** Fails the n-th write since it was armed. */
  private static final class FailingProbe implements StorageProbe {
    private final AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);

    void failAt(int write) {
      left.set(write);
    }

    @Override
    public void beforeWrite() {
      if (left.getAndDecrement() == 0) {
        throw new IllegalStateException("storage fails here");
      }
    }
  }

  @Test
  void purge_failingAtEveryStep_isHiddenAndGoesOnWhenOpenedAgain() {
    FailingProbe probe = new FailingProbe();
    int steps = 0;
    boolean done = false;
    while (!done) {
      try (Store store = Store.open(options().withProbe(probe))) {
        probe.failAt(Integer.MAX_VALUE);
        put(store, "a" + steps, "one");
        put(store, "a" + steps, "two");
        put(store, "b", "other");
        probe.failAt(steps);
        String key = "a" + steps;
        try {
          var _ = purge(store, PurgeRequest.key(NS, key));
          done = true;
        } catch (UnavailableException | IllegalStateException e) {
          // Reads go on, and find all of it or nothing.
          boolean begun = store.hasPendingPurge();
          assertEquals(begun ? 0 : 2, versions(store, key).size(), "step " + steps);
          if (begun && e instanceof UnavailableException told) {
            // Never that nothing was written: a retry would purge what was written since.
            assertEquals("pending", told.details().get("purge"), "step " + steps);
            assertEquals(null, told.details().get("outcome"), "step " + steps);
          }
        }
      }
      probe.failAt(Integer.MAX_VALUE);
      assertEquals(
          List.of(), StoreVerification.run(directory.resolve("db"), ViewCheck.NONE).problems());
      try (Store store = Store.open(options())) {
        boolean begun = store.hasPendingPurge();
        assertEquals(begun || done ? 0 : 2, versions(store, "a" + steps).size(), "step " + steps);
        store.resumePurges(_ -> {});
        assertFalse(store.hasPendingPurge());
        assertEquals(begun || done ? 0 : 2, versions(store, "a" + steps).size(), "step " + steps);
        assertTrue(store.purges().stream().allMatch(purge -> purge.completedAt().isPresent()));
        if (begun) {
          assertEquals(new ErasedRows(1, 1, 1, 1, 4, 0), store.purges().getLast().erased());
        }
      }
      steps++;
    }
    // The commit, a slice, files, the row, files, the row: each has failed once.
    assertTrue(steps >= 6, "steps: " + steps);
  }

  @Test
  void purge_whileARestoreIsUnderWay_waitsForIt() throws Exception {
    try (Store store = Store.open(options())) {
      put(store, "a", "one");
      Runnable restored = store.holdPurges();
      CompletableFuture<PurgeRecord> purged =
          CompletableFuture.supplyAsync(() -> purge(store, PurgeRequest.key(NS, "a")));
      // What the restore has read is written behind nothing that was purged.
      put(store, "a", "restored");
      assertFalse(purged.isDone());
      restored.run();
      restored.run();
      assertEquals(
          2,
          purged.get(30, TimeUnit.SECONDS).erased().records() + purged.get().erased().versions());
      assertEquals(0, versions(store, "a").size());
      store.holdPurges().run();
    }
  }

  @Test
  void purge_readOnly_isRefused() {
    try (Store store = Store.open(options())) {
      put(store, "a", "one");
    }
    try (Store store = Store.open(options().asReadOnly())) {
      assertThrows(UnavailableException.class, () -> purge(store, PurgeRequest.key(NS, "a")));
      assertEquals(List.of(), store.purges());
    }
  }

  @Test
  void purge_manyRecordsOfAPrefix_inSlices() {
    try (Store store = Store.open(options())) {
      for (int i = 0; i < 40; i++) {
        WriteBatch.Builder batch = WriteBatch.builder();
        for (int n = 0; n < 200; n++) {
          batch.put(NS, "p/" + n, Value.text("value " + i + "-" + n + "x".repeat(200)));
        }
        batch.put(NS, "q", Value.text("other " + i));
        commit(store, batch.build());
      }
      PurgeRecord purge = purge(store, PurgeRequest.prefix(NS, "p/"));
      assertEquals(new ErasedRows(200, 39 * 200, 0, 0, 40 * 200, 0), purge.erased());
      assertEquals(40, versions(store, "q").size());
    }
    assertEquals(
        List.of(), StoreVerification.run(directory.resolve("db"), ViewCheck.NONE).problems());
  }
}
