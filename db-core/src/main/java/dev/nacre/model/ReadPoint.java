package dev.nacre.model;

import static java.util.Objects.requireNonNull;

import dev.nacre.error.ValidationException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;

/**
 * The pair (V, T) a read was answered at: every key as of {@code version}, and expiry judged at
 * {@code instant}.
 *
 * @param version the version read, 0 for an empty database
 * @param instant the moment at which expiry was judged
 * @param lineage id of the unbroken line of versions that {@code version} belongs to
 */
public record ReadPoint(long version, Instant instant, String lineage) {
  private static final Instant EARLIEST = Instant.ofEpochSecond(Long.MIN_VALUE / 1_000_000);
  private static final Instant LATEST = Instant.EPOCH.plus(Long.MAX_VALUE, ChronoUnit.MICROS);

  /** Checks that the version is 0 or more and that the instant fits the commit clock. */
  public ReadPoint {
    requireNonNull(instant, "instant");
    requireNonNull(lineage, "lineage");
    if (version < 0) {
      throw new ValidationException(
          "read point version " + version + " is negative",
          Map.of("version", Long.toString(version)));
    }
    if (instant.isBefore(EARLIEST) || instant.isAfter(LATEST)) {
      throw new ValidationException(
          "read point instant " + instant + " is outside what microseconds in 64 bits can say",
          Map.of("instant", instant.toString()));
    }
  }
}
