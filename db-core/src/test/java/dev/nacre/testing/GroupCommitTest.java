package dev.nacre.testing;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.DatabaseClosedException;
import dev.nacre.error.DeadlineExceededException;
import dev.nacre.error.ResourceExhaustedException;
import dev.nacre.error.ValidationException;
import dev.nacre.model.AsOf;
import dev.nacre.model.Commit;
import dev.nacre.model.Durability;
import dev.nacre.model.Metadata;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The committer: grouping, its bounded queue, withdrawal and drainage. */
@Timeout(60)
class GroupCommitTest extends HeldStore {
  @Test
  void commit_whileStorageIsStalled_returnsAtOnceAndIsNotVisible() throws Exception {
    CompletableFuture<Commit> stalled = stall();
    List<CompletableFuture<Commit>> waiting = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      waiting.add(put("k" + i));
    }
    assertFalse(stalled.isDone());
    assertTrue(waiting.stream().noneMatch(CompletableFuture::isDone));
    assertEquals(0, store.now().version());
    assertTrue(store.statistics().queueBytes() > 0);

    probe.release();
    assertEquals(1, stalled.get(10, SECONDS).version());
    List<Long> versions = new ArrayList<>();
    for (CompletableFuture<Commit> commit : waiting) {
      versions.add(commit.get(10, SECONDS).version());
    }
    assertEquals(LongStream.rangeClosed(2, 51).boxed().toList(), versions);
    // All that waited went in one write.
    assertEquals(2, store.statistics().groups());
    assertEquals(51, store.statistics().commits());
    assertEquals(0, store.statistics().queueBytes());
  }

  @Test
  void commit_onceAcknowledged_isVisible() throws Exception {
    for (Durability durability : Durability.values()) {
      Commit commit = store.commit(batch("k" + durability), durability, LONG).get();
      assertTrue(store.now().version() >= commit.version());
      assertEquals(
          commit.version(),
          store.get(store.now(), "ns", "k" + durability, Set.of()).orElseThrow().version());
    }
  }

  @Test
  void future_completesOffTheCommitter() throws Exception {
    CompletableFuture<Commit> stalled = stall();
    Map<String, Boolean> threads = new ConcurrentHashMap<>();
    CompletableFuture<Void> observed =
        stalled.thenAccept(_ -> threads.put(Thread.currentThread().getName(), true));
    probe.release();
    observed.get(10, SECONDS);
    assertFalse(threads.containsKey(String.valueOf(probe.writer())), threads::toString);
    assertNotEquals(Set.of(Thread.currentThread().getName()), threads.keySet());
  }

  @Test
  void callback_thatNeverReturns_doesNotStopTheCommitter() throws Exception {
    CompletableFuture<Commit> stalled = stall();
    CompletableFuture<Void> gate = new CompletableFuture<>();
    CompletableFuture<Void> blocked = stalled.thenAccept(_ -> gate.join());
    probe.release();
    Commit second = put("second").get(10, SECONDS);
    assertEquals(2, second.version());
    gate.complete(null);
    blocked.get(10, SECONDS);
  }

  @Test
  void queue_beyondItsBound_refusesRetryablyAndWritesNothing() throws Exception {
    CompletableFuture<Commit> stalled = stall();
    List<CompletableFuture<Commit>> commits = new ArrayList<>();
    CompletableFuture<Commit> refused = null;
    // The bound is on bytes; a hundred times as much can never be accepted.
    for (int i = 0; refused == null && i < 100; i++) {
      CompletableFuture<Commit> commit =
          store.commit(
              WriteBatch.builder()
                  .put("ns", "big" + i, Value.bytes(new byte[QUEUE_BYTES], "a/b"))
                  .build(),
              Durability.SYNC,
              LONG);
      if (commit.isCompletedExceptionally()) {
        refused = commit;
      } else {
        commits.add(commit);
      }
    }
    if (refused == null) {
      throw new AssertionError("a hundred times the queue's bound was accepted");
    }
    ResourceExhaustedException failure = cause(refused, ResourceExhaustedException.class);
    assertTrue(failure.retryable());
    probe.release();
    stalled.get(10, SECONDS);
    for (CompletableFuture<Commit> commit : commits) {
      assertTrue(commit.get(10, SECONDS).version() > 1);
    }
    assertEquals(1 + commits.size(), store.now().version());
    // There is room again.
    assertEquals(2 + commits.size(), put("after").get(10, SECONDS).version());
  }

  @Test
  void queue_ofManyMetadataWrites_isBoundedToo() throws Exception {
    CompletableFuture<Commit> stalled = stall();
    String text = "x".repeat(60_000);
    boolean refused = false;
    for (int i = 0; !refused && i < 100; i++) {
      Write write =
          new Write.Upsert(
              "ns",
              "k" + i,
              null,
              Metadata.of("text", text),
              List.of(),
              Write.Expiry.Unchanged.UNCHANGED,
              WriteCondition.none());
      refused =
          store.commit(WriteBatch.of(write), Durability.ASYNC, LONG).isCompletedExceptionally();
    }
    assertTrue(refused, "6 MB of metadata wait in a queue of " + QUEUE_BYTES + " bytes");
    probe.release();
    stalled.get(10, SECONDS);
  }

  @Test
  void deadline_whileStorageIsStalled_withdrawsAndWritesNothing() throws Exception {
    CompletableFuture<Commit> stalled = stall();
    CompletableFuture<Commit> late =
        store.commit(batch("late"), Durability.SYNC, Duration.ofMillis(50));
    DeadlineExceededException failure = cause(late, DeadlineExceededException.class);
    assertTrue(failure.retryable());
    assertFalse(stalled.isDone());
    probe.release();
    stalled.get(10, SECONDS);
    assertEquals(2, put("next").get(10, SECONDS).version());
    assertTrue(store.get(store.now(), "ns", "late", Set.of()).isEmpty());
  }

  @Test
  void deadline_ofAnyLength_isAccepted() throws Exception {
    Duration forever = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);
    assertEquals(1, store.commit(batch("k"), Durability.ASYNC, forever).get().version());
  }

  @Test
  void deadline_thatHasPassed_failsOrCommitsButNeverHangs() throws Exception {
    CompletableFuture<Commit> stalled = stall();
    CompletableFuture<Commit> zero = store.commit(batch("zero"), Durability.ASYNC, Duration.ZERO);
    CompletableFuture<Commit> negative =
        store.commit(batch("negative"), Durability.ASYNC, Duration.ofSeconds(Long.MIN_VALUE));
    assertInstanceOf(DeadlineExceededException.class, cause(zero, DeadlineExceededException.class));
    assertInstanceOf(
        DeadlineExceededException.class, cause(negative, DeadlineExceededException.class));
    probe.release();
    stalled.get(10, SECONDS);
  }

  @Test
  void cancel_beforeGrouping_withdraws() throws Exception {
    CompletableFuture<Commit> stalled = stall();
    CompletableFuture<Commit> cancelled = put("cancelled");
    CompletableFuture<Commit> kept = put("kept");
    assertTrue(cancelled.cancel(false));
    assertTrue(cancelled.isCancelled());
    probe.release();
    assertEquals(1, stalled.get(10, SECONDS).version());
    assertEquals(2, kept.get(10, SECONDS).version());
    assertTrue(store.get(store.now(), "ns", "cancelled", Set.of()).isEmpty());
    assertEquals(0, store.statistics().queueBytes());
  }

  @Test
  void cancel_onceGrouped_isTooLate() throws Exception {
    CompletableFuture<Commit> stalled = stall();
    assertFalse(stalled.cancel(true));
    assertFalse(stalled.isCancelled());
    probe.release();
    assertEquals(1, stalled.get(10, SECONDS).version());
  }

  @Test
  void close_whileStorageIsStalled_drainsWhatWasAcceptedThenRefuses() throws Exception {
    CompletableFuture<Commit> stalled = stall();
    List<CompletableFuture<Commit>> waiting = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      waiting.add(put("k" + i));
    }
    Thread closer = Thread.ofPlatform().start(store::close);
    // Refused as soon as close has begun, though it waits for the storage.
    await()
        .until(
            () -> {
              CompletableFuture<Commit> attempt = put("late");
              if (attempt.isCompletedExceptionally()) {
                return true;
              }
              waiting.add(attempt);
              return false;
            });
    assertFalse(stalled.isDone());
    assertTrue(closer.isAlive());
    probe.release();
    closer.join();
    assertEquals(1, stalled.get(10, SECONDS).version());
    long expected = 2;
    for (CompletableFuture<Commit> commit : waiting) {
      assertEquals(expected++, commit.get(10, SECONDS).version());
    }
    assertInstanceOf(
        DatabaseClosedException.class, cause(put("closed"), DatabaseClosedException.class));
    store = reopened();
    assertEquals(expected - 1, store.now().version());
  }

  @Test
  void close_bySeveralThreadsAtOnce_returnsToAllWhenClosed() throws Exception {
    CompletableFuture<Commit> stalled = stall();
    List<Thread> closers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      closers.add(Thread.ofPlatform().start(store::close));
    }
    probe.release();
    for (Thread closer : closers) {
      closer.join();
      assertTrue(stalled.isDone());
    }
  }

  @Test
  void close_fromACallback_doesNotHang() throws Exception {
    CompletableFuture<Commit> stalled = stall();
    CompletableFuture<Void> closed = stalled.thenAccept(_ -> store.close());
    probe.release();
    closed.get(30, SECONDS);
    assertThrows(DatabaseClosedException.class, () -> store.now());
  }

  @Test
  void commitsOfOneThread_areVersionedInTheirOrder() throws Exception {
    List<Thread> threads = new ArrayList<>();
    Map<Integer, List<Long>> versions = new ConcurrentHashMap<>();
    for (int t = 0; t < 4; t++) {
      int thread = t;
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    List<CompletableFuture<Commit>> commits = new ArrayList<>();
                    for (int i = 0; i < 200; i++) {
                      commits.add(put("t" + thread + "-" + i % 7));
                    }
                    versions.put(
                        thread, commits.stream().map(commit -> commit.join().version()).toList());
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(4, versions.size());
    versions.values().forEach(list -> assertEquals(list.stream().sorted().toList(), list));
    assertEquals(
        LongStream.rangeClosed(1, 800).boxed().toList(),
        versions.values().stream().flatMap(List::stream).sorted().toList());
    // Commit times increase strictly, whatever the clock did.
    Instant before = Instant.MIN;
    for (long version = 1; version <= 800; version++) {
      Instant time = store.resolve(AsOf.version(version)).instant();
      assertTrue(time.isAfter(before));
      before = time;
    }
  }

  @Test
  void largeBatch_preparedElsewhere_keepsItsPlace() throws Exception {
    CompletableFuture<Commit> stalled = stall();
    WriteBatch.Builder large = WriteBatch.builder();
    for (int i = 0; i < 500; i++) {
      large.put("ns", "k" + i, Value.json("\"large\""));
    }
    CompletableFuture<Commit> first = store.commit(large.build(), Durability.ASYNC, LONG);
    CompletableFuture<Commit> second = put("k0");
    probe.release();
    stalled.get(10, SECONDS);
    assertEquals(2, first.get(10, SECONDS).version());
    assertEquals(3, second.get(10, SECONDS).version());
    assertEquals(3, store.get(store.now(), "ns", "k0", Set.of()).orElseThrow().version());
    assertEquals(2, store.get(store.now(), "ns", "k1", Set.of()).orElseThrow().version());
  }

  @Test
  void invalidLargeBatch_isRefusedThoughPreparedElsewhere() {
    WriteBatch.Builder large = WriteBatch.builder();
    for (int i = 0; i < 100; i++) {
      large.put("ns", "k" + i, Value.json("1"));
    }
    large.put("ns", "", Value.json("1"));
    CompletableFuture<Commit> commit = store.commit(large.build(), Durability.ASYNC, LONG);
    assertInstanceOf(ValidationException.class, cause(commit, ValidationException.class));
    assertEquals(0, store.now().version());
  }
}
