package dev.nacre.diff;

import static java.util.Objects.requireNonNull;

import dev.nacre.model.ReadPoint;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A part of what differs.
 *
 * @param items the differences, in key order
 * @param cursor opaque text to continue with, or null at the end; see {@link #next()}
 * @param from the version and instant before
 * @param to the version and instant after
 */
public record DiffPage(
    List<RecordDiff> items, @Nullable String cursor, ReadPoint from, ReadPoint to) {
  /** Copies the list. */
  public DiffPage {
    requireNonNull(from, "from");
    requireNonNull(to, "to");
    items = List.copyOf(items);
  }

  /** What to continue with; empty when there is no more. */
  public Optional<String> next() {
    return Optional.ofNullable(cursor);
  }
}
