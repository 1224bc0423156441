package dev.nacre.model;

import static java.util.Objects.requireNonNull;

import java.util.Set;

/**
 * One record's change inside a commit, as the log keeps it: what changed, not the values.
 *
 * @param version the commit's version
 * @param operation upsert or tombstone
 * @param key the record's key
 * @param value whether the value was written
 * @param metadata whether the metadata was written
 * @param spaces names of the embedding spaces that were written
 */
public record Change(
    long version,
    Operation operation,
    String key,
    boolean value,
    boolean metadata,
    Set<String> spaces) {
  /** Copies the set. */
  public Change {
    requireNonNull(operation, "operation");
    requireNonNull(key, "key");
    requireNonNull(spaces, "spaces");
    spaces = Set.copyOf(spaces);
  }
}
