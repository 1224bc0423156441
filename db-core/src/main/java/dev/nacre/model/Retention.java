package dev.nacre.model;

import static java.util.Objects.requireNonNull;

import dev.nacre.error.ValidationException;
import java.time.Duration;
import java.util.Map;

/**
 * How much of a namespace's history is kept. What it does not keep is dropped by the sweeper some
 * time later, never sooner than a minute after it was superseded and never while a snapshot or a
 * watch needs it; the newest version of a record is always kept. As text: {@code all}, {@code
 * last:5}, or a duration as in {@code 30d} or {@code PT12H}.
 */
public sealed interface Retention {

  /** Everything is kept: the default. */
  static Retention all() {
    return All.ALL;
  }

  /**
   * The newest {@code count} versions of each record are kept, tombstones counted, and the log of
   * what changed without the values. Moments in the past can be read as far as those versions go.
   */
  static Retention lastVersions(int count) {
    return new LastVersions(count);
  }

  /** Every moment that is at most {@code duration} ago can be read; all else may be dropped. */
  static Retention duration(Duration duration) {
    return new Lasting(duration);
  }

  /**
   * What {@link Object#toString()} of a retention says, and durations as in {@code 90s}, {@code
   * 15m}, {@code 12h}, {@code 30d}.
   *
   * @throws ValidationException when it is none of these
   */
  static Retention parse(String text) {
    return RetentionText.parse(requireNonNull(text, "text"));
  }

  /** Everything. */
  enum All implements Retention {
    /** The only instance. */
    ALL;

    @Override
    public String toString() {
      return "all";
    }
  }

  /**
   * A number of versions of each record.
   *
   * @param count 1 or more, the newest included
   */
  record LastVersions(int count) implements Retention {
    /** Checks the range. */
    public LastVersions {
      if (count < 1) {
        throw new ValidationException(
            "retention keeps the last " + count + " versions; it must keep at least 1",
            Map.of("retention", "last:" + count));
      }
    }

    @Override
    public String toString() {
      return "last:" + count;
    }
  }

  /**
   * A length of time.
   *
   * @param duration more than zero and at most {@link NamespaceOptions#TIME_TO_LIVE_MAX}
   */
  record Lasting(Duration duration) implements Retention {
    /** Checks the range. */
    public Lasting {
      requireNonNull(duration, "duration");
      if (!duration.isPositive() || duration.compareTo(NamespaceOptions.TIME_TO_LIVE_MAX) > 0) {
        throw new ValidationException(
            "retention lasts "
                + duration
                + "; it must be more than zero and at most "
                + NamespaceOptions.TIME_TO_LIVE_MAX.toDays()
                + " days",
            Map.of("retention", duration.toString()));
      }
    }

    @Override
    public String toString() {
      return duration.toString();
    }
  }
}
