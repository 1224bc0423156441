package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.Database;
import dev.nacre.DatabaseOptions;
import dev.nacre.ReactiveDatabase;
import dev.nacre.error.KeyNotFoundException;
import dev.nacre.error.ValidationException;
import dev.nacre.model.Commit;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** The reactive face has the same calls and gives the same answers, cold. */
class ReactiveParityTest {
  private Database db;
  private ReactiveDatabase reactive;

  @BeforeEach
  void open() {
    // A clock that stands: two reads at the same version then answer exactly the same.
    db =
        Database.open(
            DatabaseOptions.inMemoryBuilder()
                .clock(new ManualClock(Instant.parse("2026-01-01T00:00:00Z")))
                .build());
    reactive = db.reactive();
    PublicCalls.fill(db);
  }

  @AfterEach
  void close() {
    db.close();
  }

  @Test
  void bothFaces_haveTheSameCalls() {
    assertEquals(signatures(Database.class), signatures(ReactiveDatabase.class));
  }

  private static Set<String> signatures(Class<?> face) {
    return PublicCalls.of(face).stream()
        .map(PublicCalls.PublicCall::toString)
        .collect(Collectors.toSet());
  }

  @Test
  void everyRead_answersTheSameOnBothFaces() throws ReflectiveOperationException {
    Set<String> reads =
        Set.of(
            "get",
            "require",
            "contains",
            "getAll",
            "scanPage",
            "history",
            "namespaces",
            "scan",
            "diff",
            "watch");
    for (PublicCalls.PublicCall call : PublicCalls.of(ReactiveDatabase.class)) {
      if (!reads.contains(call.method().getName())) {
        continue;
      }
      var expected =
          Database.class
              .getMethod(call.method().getName(), call.method().getParameterTypes())
              .invoke(db, call.arguments().toArray());
      Object plain =
          switch (expected) {
            case CompletableFuture<?> future -> text(Futures.await(future));
            case Flow.Publisher<?> publisher -> {
              RecordingSubscriber<Object> subscriber = new RecordingSubscriber<>();
              publisher.subscribe(subscriber);
              subscriber.request(Long.MAX_VALUE);
              subscriber.awaitEnd();
              yield subscriber.items().toString();
            }
            default -> throw new AssertionError(expected);
          };
      Flux<?> signals = Flux.from((Publisher<?>) call.on(reactive));
      Object again =
          call.method().getReturnType() == Mono.class
              ? text(Optional.ofNullable(signals.blockFirst()))
              : String.valueOf(signals.collectList().block());
      assertEquals(plain, again, call.toString());
    }
  }

  private static String text(Object answer) {
    return String.valueOf(answer instanceof Optional<?> optional ? optional.orElse(null) : answer);
  }

  @Test
  void mono_isColdAndCallsOncePerSubscription() {
    Mono<Commit> put = reactive.put("docs", "cold", Value.text("value"));
    assertFalse(Futures.await(db.contains("docs", "cold")));

    StepVerifier.create(put).assertNext(c -> assertEquals(2, c.version())).verifyComplete();
    StepVerifier.create(put).assertNext(c -> assertEquals(3, c.version())).verifyComplete();
  }

  @Test
  void vector_isCopiedAtAssembly() {
    float[] vector = {1, 0, 0};
    Mono<Commit> embed = reactive.embed("docs", "a", vector);
    vector[0] = Float.NaN;

    StepVerifier.create(embed).expectNextCount(1).verifyComplete();
  }

  @Test
  void get_ofAnAbsentKey_isEmpty() {
    StepVerifier.create(reactive.get("docs", "missing")).verifyComplete();
  }

  @Test
  void failures_arriveUnwrapped() {
    StepVerifier.create(reactive.require("docs", "missing"))
        .expectError(KeyNotFoundException.class)
        .verify();
    StepVerifier.create(reactive.put("docs", "", Value.text("value")))
        .expectError(ValidationException.class)
        .verify();
  }

  @Test
  void scan_honoursDemand() {
    StepVerifier.create(
            reactive.scan(ScanRequest.of("docs").withLimit(2)).map(VersionedRecord::key), 0)
        .expectSubscription()
        .thenRequest(1)
        .expectNext("a")
        .thenRequest(1)
        .expectNext("b")
        .thenRequest(5)
        .expectNext("d")
        .verifyComplete();
    StepVerifier.create(reactive.scan("docs").take(1)).expectNextCount(1).verifyComplete();
  }

  @Test
  void scan_isASourceOfItsOwnForEachSubscriber() {
    Flux<VersionedRecord> scan = reactive.scan("docs");
    assertEquals(3, scan.count().block());
    var _ = Futures.await(db.put("docs", "z", Value.text("value")));
    assertEquals(4, scan.count().block());
    assertTrue(scan.hasElements().blockOptional().orElseThrow());
  }
}
