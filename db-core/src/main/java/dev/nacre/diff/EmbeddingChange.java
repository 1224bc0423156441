package dev.nacre.diff;

import static java.util.Objects.requireNonNull;

/**
 * An embedding space in which a record's vectors differ. The vectors themselves are read by {@code
 * get} at the two moments.
 *
 * @param space its name
 * @param kind added, removed or changed
 */
public record EmbeddingChange(String space, ChangeKind kind) {
  /** Refuses null. */
  public EmbeddingChange {
    requireNonNull(space, "space");
    requireNonNull(kind, "kind");
  }
}
