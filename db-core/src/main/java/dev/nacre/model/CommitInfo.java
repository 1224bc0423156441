package dev.nacre.model;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;

/**
 * What the log keeps of a commit.
 *
 * @param version its version
 * @param committedAt its commit time
 * @param attributes what it says of itself
 * @param namespaces the names of the namespaces it changed, in order; a delete of what is not there
 *     changes none
 */
public record CommitInfo(
    long version, Instant committedAt, CommitAttributes attributes, List<String> namespaces) {
  /** Copies the list. */
  public CommitInfo {
    requireNonNull(committedAt, "committedAt");
    requireNonNull(attributes, "attributes");
    requireNonNull(namespaces, "namespaces");
    namespaces = List.copyOf(namespaces);
  }
}
