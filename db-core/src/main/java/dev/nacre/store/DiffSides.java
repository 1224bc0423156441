package dev.nacre.store;

import dev.nacre.model.ReadPoint;
import dev.nacre.store.commit.NamespaceEntry;
import org.jspecify.annotations.Nullable;

/**
 * The two moments of a diff, and the incarnation of the namespace that was live at each.
 *
 * @param before the incarnation before, or null
 * @param from the moment before
 * @param after the incarnation after, or null
 * @param to the moment after
 */
record DiffSides(
    @Nullable NamespaceEntry before, ReadPoint from, @Nullable NamespaceEntry after, ReadPoint to) {

  /** Whether both moments are of one incarnation: versions of parts can then be compared. */
  boolean areOfOneIncarnation() {
    return before != null && after != null && before.id() == after.id();
  }

  /** The earlier version. */
  long lowVersion() {
    return Math.min(from.version(), to.version());
  }
}
