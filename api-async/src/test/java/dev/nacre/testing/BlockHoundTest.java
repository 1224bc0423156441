package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.Database;
import dev.nacre.DatabaseOptions;
import dev.nacre.EmbedRequest;
import dev.nacre.PutRequest;
import dev.nacre.ReactiveDatabase;
import dev.nacre.error.NacreException;
import dev.nacre.model.Value;
import dev.nacre.search.SearchRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.reactivestreams.Publisher;
import reactor.blockhound.BlockHound;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * No public call blocks a thread that must not block. BlockHound sees waiting in Java, on locks
 * too; what it cannot see, waiting in native code, {@code StalledDatabaseTest} shows by the clock.
 */
class BlockHoundTest {
  private static final Duration SOON = Duration.ofMinutes(1);
  private static final ConcurrentLinkedQueue<String> BLOCKED = new ConcurrentLinkedQueue<>();

  @BeforeAll
  static void install() {
    BlockHound.builder()
        .loadIntegrations()
        .blockingMethodCallback(
            method ->
                BLOCKED.add(
                    method
                        + " from "
                        + StackWalker.getInstance()
                            .walk(frames -> frames.limit(40).map(Object::toString).toList())))
        .install();
  }

  private static <T> T onEventLoop(Callable<T> call) {
    return Mono.fromCallable(call)
        .subscribeOn(Schedulers.parallel())
        .blockOptional(SOON)
        .orElseThrow();
  }

  @Test
  void blocking_isNoticed() {
    BLOCKED.clear();
    boolean slept =
        onEventLoop(
            () -> {
              Thread.sleep(1);
              return true;
            });
    assertTrue(slept);
    assertFalse(BLOCKED.isEmpty(), "BlockHound does not see a sleep: the other test is worthless");
    BLOCKED.clear();
  }

  @Test
  void everyCall_onAnEventLoop_doesNotBlockIt(@TempDir Path directory) {
    DatabaseOptions options =
        DatabaseOptions.builder(directory).embedder(new HashEmbedder("words")).build();
    try (Database db = Database.open(options)) {
      PublicCalls.fill(db);
      BLOCKED.clear();
      List<Object> answers = new ArrayList<>();
      for (PublicCalls.PublicCall call : PublicCalls.of(Database.class)) {
        answers.add(
            onEventLoop(
                () -> {
                  Object answer = call.on(db);
                  return answer instanceof Flow.Publisher<?> records ? subscribed(records) : answer;
                }));
      }
      answers.add(onEventLoop(() -> db.embed(EmbedRequest.text("texts", "a", "some text"))));
      answers.add(onEventLoop(() -> db.similar(SearchRequest.byText("texts", "some text"))));
      answers.add(
          onEventLoop(
              () -> db.put(PutRequest.of("texts", "b", Value.text("more")).withEmbedText("more"))));
      PublicCalls.fill(db);
      for (PublicCalls.PublicCall call : PublicCalls.of(ReactiveDatabase.class)) {
        // Subscribed on the event loop, and what follows it runs there too.
        answers.add(
            onEventLoop(
                () ->
                    Flux.from((Publisher<?>) call.on(db.reactive()))
                        .publishOn(Schedulers.parallel())
                        .collectList()
                        .toFuture()));
      }
      answers.forEach(BlockHoundTest::await);
      // Last: a stream that is still fetching its pages would find the database closed.
      await(onEventLoop(db::closeAsync));
    }
    assertEquals(List.of(), List.copyOf(BLOCKED));
  }

  private static RecordingSubscriber<Object> subscribed(Flow.Publisher<?> records) {
    RecordingSubscriber<Object> subscriber = new RecordingSubscriber<>();
    records.subscribe(subscriber);
    subscriber.request(Long.MAX_VALUE);
    return subscriber;
  }

  private static void await(Object answer) {
    if (answer instanceof RecordingSubscriber<?> subscriber) {
      subscriber.awaitEnd();
      return;
    }
    try {
      var _ = Futures.await((CompletableFuture<?>) answer);
    } catch (NacreException e) {
      // One call deletes what another one looks for.
      assertTrue(
          switch (e.code()) {
            case KEY_NOT_FOUND, VALIDATION -> true;
            default -> false;
          },
          () -> "unexpected: " + e);
    }
  }
}
