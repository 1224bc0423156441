package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.ValidationException;
import dev.nacre.model.AsOf;
import dev.nacre.model.Commit;
import dev.nacre.model.Durability;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.Value;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which version and which time a moment is. */
class MomentsTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration MICRO = Duration.ofNanos(1_000);

  private final ManualClock clock = new ManualClock(START);
  private final Store store = Store.open(StoreOptions.inMemory().withClock(clock));

  @AfterEach
  void close() {
    store.close();
  }

  private Commit put() {
    clock.advance(Duration.ofMinutes(1));
    return store
        .commit(
            WriteBatch.builder().put("ns", "k", Value.text("v")).build(), Durability.ASYNC, LONG)
        .join();
  }

  private ReadPoint resolve(AsOf asOf) {
    return store.resolve(asOf);
  }

  @Test
  void instant_isTheLastVersionCommittedByThen() {
    List<Commit> commits = IntStream.range(0, 9).mapToObj(_ -> put()).toList();
    for (Commit commit : commits) {
      Instant at = commit.committedAt();
      ReadPoint exactly = resolve(AsOf.instant(at));
      assertEquals(commit.version(), exactly.version());
      assertEquals(at, exactly.instant());
      ReadPoint before = resolve(AsOf.instant(at.minus(MICRO)));
      assertEquals(commit.version() - 1, before.version());
      assertEquals(at.minus(MICRO), before.instant());
      assertEquals(commit.version(), resolve(AsOf.instant(at.plusSeconds(1))).version());
    }
  }

  @Test
  void instantBeforeEverything_isVersionZero() {
    assertEquals(0, resolve(AsOf.instant(START.minusSeconds(1))).version());
    Commit _ = put();
    assertEquals(0, resolve(AsOf.instant(START)).version());
    assertEquals(0, resolve(AsOf.instant(Instant.parse("1960-01-01T00:00:00Z"))).version());
  }

  @Test
  void instantInTheFuture_isNow() {
    Commit commit = put();
    clock.advance(Duration.ofSeconds(5));
    ReadPoint now = resolve(AsOf.instant(commit.committedAt().plus(Duration.ofDays(1))));
    assertEquals(commit.version(), now.version());
    assertEquals(commit.committedAt().plusSeconds(5), now.instant());
    // Between the last commit and now: its own time.
    Instant between = commit.committedAt().plusSeconds(3);
    assertEquals(between, resolve(AsOf.instant(between)).instant());
  }

  @Test
  void instantThatNoCalendarNames_isRefused() {
    assertThrows(
        ValidationException.class,
        () -> resolve(AsOf.instant(Instant.parse("+10000-01-01T00:00:00Z"))));
  }

  @Test
  void version_isAtTheTimeOfItsCommit() {
    Commit first = put();
    Commit second = put();
    clock.advance(Duration.ofHours(1));
    assertEquals(first.committedAt(), resolve(AsOf.version(1)).instant());
    assertEquals(second.committedAt(), resolve(AsOf.version(2)).instant());
    assertEquals(Instant.EPOCH, resolve(AsOf.version(0)).instant());
    assertEquals(2, resolve(AsOf.now()).version());
    assertEquals(second.committedAt().plus(Duration.ofHours(1)), resolve(AsOf.now()).instant());
  }

  @Test
  void versionThatIsNotThereYet_isRefusedAndSaysTheNewest() {
    Commit _ = put();
    ValidationException refused =
        assertThrows(ValidationException.class, () -> resolve(AsOf.version(2)));
    assertEquals("2", refused.details().get("version"));
    assertEquals("1", refused.details().get("newest"));
  }

  @Test
  void readPoint_isItself_unlessItIsOfAVersionThatIsNotThere() {
    Commit _ = put();
    ReadPoint at = store.now();
    Commit _ = put();
    assertEquals(at, resolve(AsOf.at(at)));
    ReadPoint newest = new ReadPoint(2, at.instant(), at.lineage());
    assertEquals(newest, resolve(AsOf.at(newest)));
    ReadPoint none = new ReadPoint(0, at.instant(), at.lineage());
    assertEquals(none, resolve(AsOf.at(none)));
    ValidationException refused =
        assertThrows(
            ValidationException.class,
            () -> resolve(AsOf.at(new ReadPoint(3, at.instant(), at.lineage()))));
    assertTrue(
        String.valueOf(refused.getMessage()).contains("versions 0 to 2 can be read"),
        refused::toString);
    assertThrows(
        ValidationException.class,
        () -> resolve(AsOf.at(new ReadPoint(1, at.instant(), "another"))));
  }

  @Test
  void versionsThatShareAPlaceInMemory_keepTheirTimes() {
    List<Commit> commits = new ArrayList<>();
    for (int i = 0; i < 1_030; i++) {
      commits.add(put());
    }
    for (int round = 0; round < 2; round++) {
      for (int version : List.of(1, 1_025, 2, 1_026, 1_024)) {
        assertEquals(
            commits.get(version - 1).committedAt(),
            resolve(AsOf.version(version)).instant(),
            () -> "version " + version);
      }
    }
    assertEquals(
        List.of(1L, 513L, 1_025L),
        IntStream.of(1, 513, 1_025)
            .mapToObj(i -> resolve(AsOf.instant(commits.get(i - 1).committedAt())).version())
            .collect(Collectors.toList()));
  }

  @Test
  void clockThatStepsBack_doesNotTakeNowBehindWhatIsVisible() {
    Commit commit = put();
    clock.advance(Duration.ofHours(-1));
    assertEquals(commit.committedAt(), store.now().instant());
    assertEquals(
        commit.committedAt(), resolve(AsOf.instant(commit.committedAt().plusSeconds(1))).instant());
  }
}
