package dev.nacre.testing;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.ConflictException;
import dev.nacre.error.UnavailableException;
import dev.nacre.model.Commit;
import dev.nacre.model.HistoryRequest;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.ScanRequest;
import dev.nacre.store.StorageProbe;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What callers and listeners hear of groups that are written, conflict or fail. */
@Timeout(60)
class GroupOutcomeTest extends HeldStore {
  @Test
  void failedWrite_failsItsGroupAsUnknownAndLaterOnesAsNone_readsGoOn() throws Exception {
    assertEquals(1, put("before").get(10, SECONDS).version());
    CompletableFuture<Commit> stalled = stall();
    CompletableFuture<Commit> queued = put("queued");
    RuntimeException broken = new IllegalStateException("the disk is on fire");
    probe.failWrites(broken);
    probe.release();

    UnavailableException grouped = cause(stalled, UnavailableException.class);
    assertEquals("unknown", grouped.details().get("outcome"));
    assertTrue(String.valueOf(grouped.getMessage()).contains("on fire"));
    UnavailableException later = cause(queued, UnavailableException.class);
    assertEquals("none", later.details().get("outcome"));
    UnavailableException next = cause(put("next"), UnavailableException.class);
    assertEquals("none", next.details().get("outcome"));

    // Still reads only, also when the storage is well again.
    probe.failWrites(null);
    assertInstanceOf(UnavailableException.class, cause(put("again"), UnavailableException.class));
    ReadPoint now = store.now();
    assertEquals(1, now.version());
    assertEquals(1, store.get(now, "ns", "before", Set.of()).orElseThrow().version());
    assertTrue(store.get(now, "ns", "first", Set.of()).isEmpty());
    assertEquals(1, store.scan(ScanRequest.of("ns")).items().size());
    assertEquals(1, store.history(HistoryRequest.of("ns", "before")).items().size());

    store.close();
    store = Store.open(StoreOptions.in(directory.resolve("db")));
    long reopenedAt = store.now().version();
    assertEquals(1, reopenedAt, "the probe failed before anything was written");
    assertEquals(reopenedAt + 1, put("works again").get(10, SECONDS).version());
  }

  @Test
  void failedWrite_ofAnError_isHandledToo() {
    store.close();
    store =
        Store.open(
            StoreOptions.inMemory()
                .withProbe(
                    new StorageProbe() {
                      @Override
                      public void beforeWrite() {
                        throw new AssertionError("an error, not an exception");
                      }
                    }));
    assertEquals("unknown", cause(put("k"), UnavailableException.class).details().get("outcome"));
    assertEquals("none", cause(put("k"), UnavailableException.class).details().get("outcome"));
  }

  @Test
  void conflict_withACommitOfTheSameGroup_isToldWhenThatIsVisible() throws Exception {
    CompletableFuture<Commit> stalled = stall();
    CompletableFuture<Commit> winner = put("k");
    CompletableFuture<Commit> loser = putIfAbsent("k");
    probe.step();
    stalled.get(10, SECONDS);
    await().until(() -> probe.writesHeld() == 2);
    assertFalse(loser.isDone(), "told of a conflict with what nobody can read");
    probe.release();
    cause(loser, ConflictException.class);
    assertTrue(store.get(store.now(), "ns", "k", Set.of()).isPresent());
    assertEquals(2, winner.get(10, SECONDS).version());
  }

  @Test
  void conflict_withACommitThatWasNeverWritten_isNone() throws Exception {
    CompletableFuture<Commit> stalled = stall();
    CompletableFuture<Commit> winner = put("k");
    CompletableFuture<Commit> loser = putIfAbsent("k");
    probe.step();
    stalled.get(10, SECONDS);
    await().until(() -> probe.writesHeld() == 2);
    probe.failWrites(new IllegalStateException("the disk is on fire"));
    probe.release();
    assertEquals("unknown", cause(winner, UnavailableException.class).details().get("outcome"));
    assertEquals("none", cause(loser, UnavailableException.class).details().get("outcome"));
  }

  @Test
  void listener_seesEveryPublishedVersionInOrder() throws Exception {
    LinkedBlockingQueue<Long> published = new LinkedBlockingQueue<>();
    store.onPublish(published::add);
    for (int i = 0; i < 10; i++) {
      long version = put("k" + i).get(10, SECONDS).version();
      assertEquals(version, published.poll(10, SECONDS));
    }
  }

  @Test
  void listener_thatThrows_doesNotStopTheCommitter() throws Exception {
    store.onPublish(
        _ -> {
          throw new IllegalStateException("a listener that breaks its promise");
        });
    LinkedBlockingQueue<Long> published = new LinkedBlockingQueue<>();
    store.onPublish(published::add);
    assertEquals(1, put("a").get(10, SECONDS).version());
    assertEquals(2, put("b").get(10, SECONDS).version());
    assertEquals(1, published.poll(10, SECONDS));
    assertEquals(2, published.poll(10, SECONDS));
  }
}
