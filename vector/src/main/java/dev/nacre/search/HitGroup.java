package dev.nacre.search;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The hits with one value of the field that a search groups by.
 *
 * @param value a String, Boolean, Long, Double or a list of those; null for a record without the
 *     field, which is a group of its own
 * @param hits best first, at least one
 */
public record HitGroup(@Nullable Object value, List<Hit> hits) {
  /** Copies the list. */
  public HitGroup {
    requireNonNull(hits, "hits");
    hits = List.copyOf(hits);
  }

  /** The value; empty for a record without the field. */
  public Optional<Object> field() {
    return Optional.ofNullable(value);
  }
}
