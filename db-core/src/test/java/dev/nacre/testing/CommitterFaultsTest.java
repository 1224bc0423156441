package dev.nacre.testing;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.UnavailableException;
import dev.nacre.error.ValidationException;
import dev.nacre.model.Commit;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.HistoryEntry;
import dev.nacre.model.HistoryRequest;
import dev.nacre.model.Limits;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Page;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What others do wrong around the committer stays theirs; nothing grows without bound. */
@Timeout(60)
class CommitterFaultsTest {
  /** Fails when told to. */
  private static final class BrokenClock extends Clock {
    private final AtomicBoolean broken = new AtomicBoolean();

    @Override
    public Instant instant() {
      if (broken.get()) {
        throw new IllegalStateException("the clock is broken");
      }
      return Instant.now();
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  @Test
  void listener_thatThrowsAnError_doesNotStopTheCommitter() throws Exception {
    try (Store store = Store.open(StoreOptions.inMemory())) {
      store.onPublish(
          _ -> {
            throw new AssertionError("a listener with a bug");
          });
      assertEquals(1, done(put(store, "a")).version());
      assertEquals(2, done(put(store, "b")).version());
    }
  }

  @Test
  void clock_thatFails_failsTheCommitAndNotTheStore() throws Exception {
    BrokenClock clock = new BrokenClock();
    try (Store store = Store.open(StoreOptions.inMemory().withClock(clock))) {
      clock.broken.set(true);
      ExecutionException failure =
          assertThrows(ExecutionException.class, () -> done(put(store, "a")));
      UnavailableException told = assertInstanceOf(UnavailableException.class, failure.getCause());
      assertEquals("none", told.details().get("outcome"));
      clock.broken.set(false);
      assertEquals(1, done(put(store, "b")).version());
    }
  }

  @Test
  void callback_thatWaitsForACommitOfItsGroup_isAnswered() throws Exception {
    GatedProbe probe = new GatedProbe();
    try (Store store = Store.open(StoreOptions.inMemory().withProbe(probe))) {
      probe.holdWrites();
      CompletableFuture<Commit> first = put(store, "first");
      await().until(() -> probe.writesHeld() == 1);
      CompletableFuture<Commit> second = put(store, "second");
      CompletableFuture<Commit> third = put(store, "third");
      CompletableFuture<Long> both = second.thenApply(_ -> third.join().version());
      probe.release();
      assertEquals(1, done(first).version());
      assertEquals(3, both.get(20, TimeUnit.SECONDS));
    }
  }

  @Test
  void callbacks_thatCommitAndWait_areAnsweredHoweverMany() throws Exception {
    try (Store store = Store.open(StoreOptions.inMemory())) {
      List<CompletableFuture<Void>> all = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        String key = "k" + i;
        all.add(put(store, key).thenAccept(_ -> put(store, key + "-again").join()));
      }
      CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new)).get(20, TimeUnit.SECONDS);
      assertEquals(80, store.now().version());
    }
  }

  @Test
  void options_outsideTheirRange_areRefused() {
    StoreOptions options = StoreOptions.inMemory();
    for (long bad : new long[] {Long.MAX_VALUE, (1L << 40) + 1, 0, -1, Long.MIN_VALUE}) {
      assertThrows(ValidationException.class, () -> options.withQueueBytes(bad));
      assertThrows(ValidationException.class, () -> options.withBlockCacheBytes(bad));
      assertThrows(ValidationException.class, () -> options.withWriteBufferBytes(bad));
    }
    assertEquals(1L << 40, options.withQueueBytes(1L << 40).queueBytes());
  }

  @Test
  void spaces_ofANamespace_areBounded() throws Exception {
    List<EmbeddingSpace> most =
        IntStream.range(0, Limits.SPACES_MAX)
            .mapToObj(i -> EmbeddingSpace.of("space-" + i, 2))
            .toList();
    try (Store store = Store.open(StoreOptions.inMemory())) {
      assertEquals(
          1,
          done(store.commit(
                  WriteBatch.of(new Write.Configure("ns", new NamespaceOptions(most, null))),
                  Durability.ASYNC,
                  Duration.ofSeconds(30)))
              .version());
      Embedding oneMore = Embedding.of(EmbeddingSpace.of("one-more", 2), 1, 2);
      WriteBatch batch = WriteBatch.builder().embed("ns", "k", oneMore).build();
      ExecutionException failure =
          assertThrows(
              ExecutionException.class,
              () -> done(store.commit(batch, Durability.ASYNC, Duration.ofSeconds(30))));
      assertInstanceOf(ValidationException.class, failure.getCause());
      assertEquals(2, done(put(store, "b")).version());
      assertEquals(
          Limits.SPACES_MAX, store.namespace(store.now(), "ns").orElseThrow().spaces().size());
    }
    List<EmbeddingSpace> tooMany = new ArrayList<>(most);
    tooMany.add(EmbeddingSpace.of("one-more", 2));
    assertThrows(ValidationException.class, () -> new NamespaceOptions(tooMany, null));
  }

  @Test
  void history_ofLargeValues_endsItsPagesByBytes() throws Exception {
    try (Store store = Store.open(StoreOptions.inMemory())) {
      int versions = 30;
      for (int i = 1; i <= versions; i++) {
        byte[] large = new byte[1 << 20];
        large[0] = (byte) i;
        WriteBatch batch = WriteBatch.builder().put("ns", "k", Value.bytes(large, "a/b")).build();
        assertEquals(
            i, done(store.commit(batch, Durability.ASYNC, Duration.ofSeconds(30))).version());
      }
      List<Long> seen = new ArrayList<>();
      String cursor = null;
      do {
        Page<HistoryEntry> page =
            store.history(HistoryRequest.of("ns", "k").withLimit(10_000).withCursor(cursor));
        assertTrue(page.items().size() <= 12, () -> "entries in a page: " + page.items().size());
        page.items().forEach(entry -> seen.add(entry.version()));
        cursor = page.cursor();
      } while (cursor != null);
      assertEquals(
          IntStream.rangeClosed(1, versions).mapToObj(i -> (long) versions + 1 - i).toList(), seen);
    }
  }

  private static CompletableFuture<Commit> put(Store store, String key) {
    WriteBatch batch = WriteBatch.builder().put("ns", key, Value.json("1")).build();
    return store.commit(batch, Durability.SYNC, Duration.ofSeconds(30));
  }

  private static Commit done(CompletableFuture<Commit> commit)
      throws InterruptedException, ExecutionException, TimeoutException {
    return commit.get(20, TimeUnit.SECONDS);
  }
}
