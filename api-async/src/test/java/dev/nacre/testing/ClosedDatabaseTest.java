package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.fail;

import dev.nacre.Database;
import dev.nacre.ReactiveDatabase;
import dev.nacre.error.DatabaseClosedException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

/** After closing, every call of both faces fails with the one typed failure, in its own channel. */
class ClosedDatabaseTest {
  @Test
  void everyCall_afterClose_failsWithDatabaseClosed() throws ReflectiveOperationException {
    Database db = Database.openInMemory();
    ReactiveDatabase reactive = db.reactive();
    PublicCalls.fill(db);
    db.close();
    db.close();
    var _ = Futures.await(db.closeAsync());

    List<PublicCalls.PublicCall> calls = PublicCalls.of(Database.class);
    assertFalse(calls.isEmpty());
    for (PublicCalls.PublicCall call : calls) {
      assertInstanceOf(DatabaseClosedException.class, failure(call, call.on(db)), call.toString());
    }
    for (PublicCalls.PublicCall call : PublicCalls.of(ReactiveDatabase.class)) {
      StepVerifier.create(Flux.from((Publisher<?>) call.on(reactive)))
          .expectError(DatabaseClosedException.class)
          .verify();
    }
  }

  private static Throwable failure(PublicCalls.PublicCall call, Object answer) {
    return switch (answer) {
      case CompletableFuture<?> future -> Futures.failure(Throwable.class, future);
      case Flow.Publisher<?> publisher -> {
        RecordingSubscriber<Object> subscriber = new RecordingSubscriber<>();
        publisher.subscribe(subscriber);
        yield subscriber.failure().orElseThrow();
      }
      default -> fail(call + " answers a " + answer.getClass());
    };
  }
}
