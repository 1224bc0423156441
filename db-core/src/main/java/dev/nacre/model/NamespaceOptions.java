package dev.nacre.model;

import static java.util.Objects.requireNonNull;

import dev.nacre.error.ValidationException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Options of a namespace, set by a versioned commit.
 *
 * @param spaces at most {@link Limits#SPACES_MAX} embedding spaces declared ahead of the first
 *     vector; a space that exists must be repeated unchanged or left out
 * @param timeToLive how long after a write of its value a record expires when the write does not
 *     say, or null for never
 * @param retention how much of its history is kept
 * @param fields at most {@link Limits#FIELDS_MAX} parts of JSON values that filters see, each under
 *     a name of its own; a search as of a version takes those that were declared then
 */
public record NamespaceOptions(
    List<EmbeddingSpace> spaces,
    @Nullable Duration timeToLive,
    Retention retention,
    List<DeclaredField> fields) {
  /** No declared spaces or fields, no expiry, all history. */
  public static final NamespaceOptions DEFAULT = new NamespaceOptions(List.of(), null);

  /** The longest time to live: a hundred years. */
  public static final Duration TIME_TO_LIVE_MAX = Duration.ofDays(100 * 365);

  /** Options that keep all history. */
  public NamespaceOptions(List<EmbeddingSpace> spaces, @Nullable Duration timeToLive) {
    this(spaces, timeToLive, Retention.all());
  }

  /** Options that declare no field. */
  public NamespaceOptions(
      List<EmbeddingSpace> spaces, @Nullable Duration timeToLive, Retention retention) {
    this(spaces, timeToLive, retention, List.of());
  }

  /** Checks the options. */
  public NamespaceOptions {
    requireNonNull(spaces, "spaces");
    requireNonNull(retention, "retention");
    spaces = List.copyOf(spaces);
    if (spaces.stream().map(EmbeddingSpace::name).distinct().count() != spaces.size()) {
      throw new ValidationException("an embedding space is declared twice in " + spaces);
    }
    if (spaces.size() > Limits.SPACES_MAX) {
      throw new ValidationException(
          "the options declare " + spaces.size() + " spaces; at most " + Limits.SPACES_MAX,
          Map.of("max", Integer.toString(Limits.SPACES_MAX)));
    }
    requireNonNull(fields, "fields");
    fields = List.copyOf(fields);
    if (fields.size() > Limits.FIELDS_MAX) {
      throw new ValidationException(
          "the options declare " + fields.size() + " fields; at most " + Limits.FIELDS_MAX,
          Map.of("max", Integer.toString(Limits.FIELDS_MAX)));
    }
    if (fields.stream().map(DeclaredField::name).distinct().count() != fields.size()) {
      throw new ValidationException("a field is declared twice in " + fields);
    }
    boolean possible =
        timeToLive == null
            || (timeToLive.isPositive() && timeToLive.compareTo(TIME_TO_LIVE_MAX) <= 0);
    if (!possible) {
      throw new ValidationException(
          "timeToLive is "
              + timeToLive
              + "; it must be more than zero and at most "
              + TIME_TO_LIVE_MAX.toDays()
              + " days",
          Map.of("timeToLive", String.valueOf(timeToLive)));
    }
  }

  /** The same with another retention. */
  public NamespaceOptions withRetention(Retention value) {
    return new NamespaceOptions(spaces, timeToLive, value, fields);
  }

  /** The same with these declared fields and no others. */
  public NamespaceOptions withFields(List<DeclaredField> value) {
    return new NamespaceOptions(spaces, timeToLive, retention, value);
  }
}
