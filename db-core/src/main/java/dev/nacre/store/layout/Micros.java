package dev.nacre.store.layout;

import dev.nacre.error.ValidationException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** Times on the commit clock: microseconds since the epoch, UTC. */
public final class Micros {
  /** The longest duration that is accepted. */
  public static final Duration LONGEST = Duration.ofDays(100L * 365);

  private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");
  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

  private Micros() {}

  /** An instant, rounded down. */
  public static long of(Instant instant) {
    return Math.addExact(
        Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1_000);
  }

  /** An instant in years 1 to 9999. */
  public static long checked(Instant instant, String what) {
    if (instant.isBefore(EARLIEST) || instant.isAfter(LATEST)) {
      throw new ValidationException(
          what + " is " + instant + "; years 1 to 9999 are allowed",
          Map.of(what, instant.toString()));
    }
    return of(instant);
  }

  /** A duration of at most {@link #LONGEST}, rounded up. */
  public static long of(Duration duration) {
    return duration.getSeconds() * 1_000_000L + (duration.getNano() + 999) / 1_000;
  }

  /** An instant from microseconds. */
  public static Instant toInstant(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000L);
  }
}
