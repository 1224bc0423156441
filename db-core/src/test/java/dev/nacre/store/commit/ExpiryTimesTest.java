package dev.nacre.store.commit;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.ValidationException;
import dev.nacre.model.Metadata;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.Write.Expiry;
import dev.nacre.model.WriteCondition;
import dev.nacre.store.layout.Micros;
import dev.nacre.store.layout.RecordRow;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** When a record expires after a write. */
class ExpiryTimesTest {
  private static final long NOW = 5_000_000;
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final RecordRow EXPIRING =
      RecordRow.assemble(1, 1, null, Value.text("v"), null, 7_000_000, new int[0]);

  private static Write.Upsert value(Expiry expiry) {
    return new Write.Upsert(
        "n", "k", Value.text("v"), null, List.of(), expiry, WriteCondition.none());
  }

  private static Write.Upsert metadata(Expiry expiry) {
    return new Write.Upsert(
        "n", "k", null, Metadata.of("m", 1), List.of(), expiry, WriteCondition.none());
  }

  private static long resolve(
      Write.Upsert write, @Nullable RecordRow previous, @Nullable Duration timeToLive) {
    return ExpiryTimes.resolve(write, NOW, previous, timeToLive);
  }

  @Test
  void never_isStrongerThanTimeToLiveAndWhatWasThere() {
    assertEquals(RecordRow.NEVER, resolve(value(Expiry.Never.NEVER), EXPIRING, MINUTE));
  }

  @Test
  void instant_isTakenAsItIs() {
    Instant at = Instant.ofEpochSecond(9);
    assertEquals(9_000_000, resolve(value(new Expiry.At(at)), EXPIRING, MINUTE));
  }

  @Test
  void duration_isFromTheCommitOn() {
    assertEquals(NOW + 60_000_000, resolve(value(new Expiry.After(MINUTE)), EXPIRING, null));
  }

  @Test
  void unchanged_keepsWhatWasThere_unlessAValueComesAndTheNamespaceSaysMore() {
    Expiry unchanged = Expiry.Unchanged.UNCHANGED;
    assertEquals(NOW + 60_000_000, resolve(value(unchanged), EXPIRING, MINUTE));
    assertEquals(NOW + 60_000_000, resolve(value(unchanged), null, MINUTE));
    assertEquals(7_000_000, resolve(value(unchanged), EXPIRING, null));
    assertEquals(7_000_000, resolve(metadata(unchanged), EXPIRING, MINUTE));
    assertEquals(RecordRow.NEVER, resolve(metadata(unchanged), null, MINUTE));
    assertEquals(RecordRow.NEVER, resolve(value(unchanged), null, null));
  }

  @Test
  void durationOutOfRange_isRefused_namingTheKeyAndTheBound() {
    assertDoesNotThrow(() -> ExpiryTimes.check(value(new Expiry.After(Duration.ofNanos(1)))));
    assertDoesNotThrow(() -> ExpiryTimes.check(value(new Expiry.After(Micros.LONGEST))));
    for (Duration refused :
        List.of(Duration.ZERO, Duration.ofNanos(-1), Micros.LONGEST.plusNanos(1))) {
      ValidationException thrown =
          assertThrows(
              ValidationException.class,
              () -> ExpiryTimes.check(value(new Expiry.After(refused))),
              refused::toString);
      assertEquals("k", thrown.details().get("key"));
      assertTrue(
          String.valueOf(thrown.getMessage()).contains(Micros.LONGEST.toDays() + " days"),
          thrown::toString);
    }
  }

  @Test
  void instantOutOfRange_isRefused() {
    assertDoesNotThrow(
        () -> ExpiryTimes.check(value(new Expiry.At(Instant.parse("9999-12-31T23:59:59Z")))));
    assertThrows(
        ValidationException.class,
        () -> ExpiryTimes.check(value(new Expiry.At(Instant.parse("+10000-01-01T00:00:00Z")))));
    assertDoesNotThrow(() -> ExpiryTimes.check(value(Expiry.Never.NEVER)));
    assertDoesNotThrow(() -> ExpiryTimes.check(value(Expiry.Unchanged.UNCHANGED)));
  }
}
