package dev.nacre;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.NacreException;
import dev.nacre.testing.Futures;
import dev.nacre.testing.GatedProbe;
import dev.nacre.testing.Held;
import dev.nacre.testing.PublicCalls;
import dev.nacre.testing.PublicCalls.PublicCall;
import dev.nacre.testing.RecordingSubscriber;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/**
 * With the committer and every read of storage stalled, each public call still returns within 10
 * ms, however many are waiting already; once storage moves again, all of them complete. (BlockHound
 * does not see native code; this test needs not.)
 */
class StalledDatabaseTest {
  private static final long RETURNS_WITHIN_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final int WARM_UPS = 20;
  private static final int ROUNDS = 5;

  /** The machine may take the processor away: the best of several calls is what the call costs. */
  @Test
  void everyCall_whileStorageIsStalled_returnsAtOnceAndCompletesLater(@TempDir Path directory)
      throws ReflectiveOperationException {
    GatedProbe probe = new GatedProbe();
    DatabaseOptions options = DatabaseOptions.builder(directory).readThreads(2).build();
    try (Database db = EmbeddedDatabase.open(options, store -> store.withProbe(probe));
        Held _ = probe::release) {
      PublicCalls.fill(db);
      for (int i = 0; i < WARM_UPS; i++) {
        awaitAll(callEverything(db, new TreeMap<>()));
        PublicCalls.fill(db);
      }
      probe.holdWrites();
      probe.holdReads();
      Map<String, Long> nanos = new TreeMap<>();
      List<Object> answers = new ArrayList<>();
      for (int i = 0; i < ROUNDS; i++) {
        answers.addAll(callEverything(db, nanos));
      }
      nanos.forEach(
          (call, took) ->
              assertTrue(
                  took < RETURNS_WITHIN_NANOS,
                  () -> call + " took " + took / 1_000 + " µs with storage stalled"));
      // The calls have returned; the threads that serve them need not have come this far yet.
      await("a write is held").until(() -> probe.writesHeld() > 0);
      await("a read is held").until(() -> probe.readsHeld() > 0);
      long unanswered =
          answers.stream()
              .filter(answer -> answer instanceof CompletableFuture<?> f && !f.isDone())
              .count();
      assertTrue(unanswered > ROUNDS * 10L, unanswered + " calls wait; storage was not stalled");

      probe.release();
      awaitAll(answers);
      assertEquals(0, db.stats().join().storage().queueBytes());
    }
  }

  /** Calls everything on both faces and keeps the least time each call took to return. */
  private static List<Object> callEverything(Database db, Map<String, Long> nanos)
      throws ReflectiveOperationException {
    List<Object> answers = new ArrayList<>();
    for (PublicCall call : PublicCalls.of(Database.class)) {
      long begun = System.nanoTime();
      Object answer = call.on(db);
      if (answer instanceof Flow.Publisher<?> publisher) {
        answer = subscribed(publisher);
      }
      note(nanos, "Database." + call, begun);
      answers.add(answer);
    }
    ReactiveDatabase reactive = db.reactive();
    for (PublicCall call : PublicCalls.of(ReactiveDatabase.class)) {
      long begun = System.nanoTime();
      Object answer = Flux.from((Publisher<?>) call.on(reactive)).collectList().toFuture();
      note(nanos, "ReactiveDatabase." + call, begun);
      answers.add(answer);
    }
    return answers;
  }

  private static RecordingSubscriber<Object> subscribed(Flow.Publisher<?> publisher) {
    RecordingSubscriber<Object> subscriber = new RecordingSubscriber<>();
    publisher.subscribe(subscriber);
    subscriber.request(Long.MAX_VALUE);
    return subscriber;
  }

  private static void note(Map<String, Long> nanos, String call, long begun) {
    long took = System.nanoTime() - begun;
    nanos.merge(call, took, Math::min);
  }

  /** Waits for all; that a record or space is missing, because another call deleted it, is fine. */
  private static void awaitAll(List<Object> answers) {
    for (Object answer : answers) {
      if (answer instanceof RecordingSubscriber<?> subscriber) {
        subscriber.awaitEnd();
        continue;
      }
      try {
        var _ = Futures.await((CompletableFuture<?>) answer);
      } catch (NacreException e) {
        assertTrue(
            switch (e.code()) {
              case KEY_NOT_FOUND, VALIDATION -> true;
              default -> false;
            },
            () -> "unexpected: " + e);
      }
    }
  }
}
