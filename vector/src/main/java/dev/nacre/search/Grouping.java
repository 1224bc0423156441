package dev.nacre.search;

import static java.util.Objects.requireNonNull;

import dev.nacre.error.ValidationException;
import dev.nacre.model.Metadata;
import java.util.Map;

/**
 * Hits by the value of a field, so that no value takes more than its share: the chunks of one
 * document, the notes of one author.
 *
 * <p>Two records are in one group when the field, in metadata or declared, holds the same: texts
 * and booleans when they are equal, numbers when they are the same number (1 and 1.0 are), lists
 * when they hold the same in the same order. A record without the field is a group of its own:
 * nothing is lost because a field was not written. A filter on the field leaves such records out.
 *
 * @param field the field
 * @param size the most hits of one group, 1–1,000
 */
public record Grouping(String field, int size) {
  /** The most hits of one group. */
  public static final int SIZE_MAX = 1_000;

  /** Checks the range. */
  public Grouping {
    requireNonNull(field, "field");
    // A name that metadata cannot have.
    var _ = Metadata.of(field, true);
    if (size < 1 || size > SIZE_MAX) {
      throw new ValidationException(
          "the size of a group is " + size + "; allowed are 1 to " + SIZE_MAX,
          Map.of("size", Integer.toString(size)));
    }
  }

  /** The best hit of each value of a field. */
  public static Grouping by(String field) {
    return new Grouping(field, 1);
  }

  /** The same with at most {@code value} hits of each group. */
  public Grouping withSize(int value) {
    return new Grouping(field, value);
  }
}
