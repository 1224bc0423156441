package dev.nacre.model;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A bounded part of a longer answer. It is the last one when it has no cursor; a part that happens
 * to be empty may have one.
 *
 * @param items the items, in order
 * @param cursor opaque text to continue with, or null at the end; see {@link #next()}
 * @param readPoint the version and instant of every item; a continued read uses the same one
 * @param <T> the type of item
 */
public record Page<T>(List<T> items, @Nullable String cursor, ReadPoint readPoint) {
  /** Copies the list. */
  public Page {
    requireNonNull(items, "items");
    requireNonNull(readPoint, "readPoint");
    items = List.copyOf(items);
  }

  /** What to continue with; empty when there is no more. */
  public Optional<String> next() {
    return Optional.ofNullable(cursor);
  }
}
