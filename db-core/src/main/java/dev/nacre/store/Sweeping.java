package dev.nacre.store;

import static java.util.Objects.requireNonNull;

import dev.nacre.error.ValidationException;
import java.time.Duration;
import java.util.Map;

/**
 * When the sweeper works.
 *
 * @param interval how long it pauses between two sweeps, up to a day; zero for on demand only
 * @param grace nothing that was superseded by a commit younger than this is dropped, up to a day:
 *     reads of now, which may be slow, never meet what was dropped
 */
public record Sweeping(Duration interval, Duration grace) {
  /** The longest interval and grace. */
  public static final Duration MAX = Duration.ofDays(1);

  /** Every minute, with a grace of a minute. */
  public static final Sweeping DEFAULT = new Sweeping(Duration.ofMinutes(1), Duration.ofMinutes(1));

  /** Checks the ranges. */
  public Sweeping {
    check("sweepInterval", requireNonNull(interval, "interval"));
    check("sweepGrace", requireNonNull(grace, "grace"));
  }

  /** Whether there are sweeps in the background. */
  public boolean isOn() {
    return !interval.isZero();
  }

  /** The same with another interval. */
  public Sweeping every(Duration value) {
    return new Sweeping(value, grace);
  }

  private static void check(String name, Duration value) {
    if (value.isNegative() || value.compareTo(MAX) > 0) {
      throw new ValidationException(
          name + " is " + value + "; allowed are zero to " + MAX.toDays() + " day",
          Map.of("option", name));
    }
  }
}
