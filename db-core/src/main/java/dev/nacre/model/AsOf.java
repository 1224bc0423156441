package dev.nacre.model;

import static java.util.Objects.requireNonNull;

import dev.nacre.error.ValidationException;
import java.time.Instant;
import java.util.Map;

/**
 * The moment a read asks about: now, a version, an instant, or exactly where a read was answered.
 */
public sealed interface AsOf {

  /** The newest visible version, at the current time. */
  static AsOf now() {
    return Now.NOW;
  }

  /**
   * The state right after commit {@code version}, at that commit's time; version 0 is the empty
   * database.
   */
  static AsOf version(long version) {
    return new AtVersion(version);
  }

  /**
   * The state at an instant: the last commit not after it. Before the first commit: empty. In the
   * future: now.
   *
   * <p>A commit has its time from before it is on stable storage and visible. So of an instant that
   * is milliseconds ago the answer may still become another one; to ask again what a read has
   * answered, use {@link #at(ReadPoint)} with its read point.
   */
  static AsOf instant(Instant instant) {
    return new AtInstant(instant);
  }

  /**
   * Exactly where an earlier read was answered, expiry included: what {@code readPoint()} of a
   * record, a page or a search result says. Refused when it is of another lineage.
   */
  static AsOf at(ReadPoint readPoint) {
    return new AtReadPoint(readPoint);
  }

  /** Now. */
  enum Now implements AsOf {
    /** The only instance. */
    NOW
  }

  /**
   * A commit version.
   *
   * @param version 0 or more
   */
  record AtVersion(long version) implements AsOf {
    /** Checks the range. */
    public AtVersion {
      if (version < 0) {
        throw new ValidationException(
            "asOf version "
                + version
                + " is negative; versions start at 1, and 0 is the empty database",
            Map.of("version", Long.toString(version)));
      }
    }
  }

  /**
   * A moment on the commit clock (UTC, microseconds).
   *
   * @param instant the moment
   */
  record AtInstant(Instant instant) implements AsOf {
    /** Refuses null. */
    public AtInstant {
      requireNonNull(instant, "instant");
    }
  }

  /**
   * The version and instant of an earlier answer.
   *
   * @param readPoint what that answer said
   */
  record AtReadPoint(ReadPoint readPoint) implements AsOf {
    /** Refuses null. */
    public AtReadPoint {
      requireNonNull(readPoint, "readPoint");
    }
  }
}
