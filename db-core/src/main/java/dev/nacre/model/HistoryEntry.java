package dev.nacre.model;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One version of a key.
 *
 * @param version the version
 * @param committedAt when it was committed
 * @param operation upsert, or delete for a tombstone
 * @param upserted the record as of this version, or null for a tombstone; see {@link #state()}
 * @param attributes what the commit says of itself
 */
public record HistoryEntry(
    long version,
    Instant committedAt,
    Operation operation,
    @Nullable VersionedRecord upserted,
    CommitAttributes attributes) {
  /** Refuses null. */
  public HistoryEntry {
    requireNonNull(committedAt, "committedAt");
    requireNonNull(operation, "operation");
    requireNonNull(attributes, "attributes");
  }

  /** An entry whose commit says nothing of itself. */
  public HistoryEntry(
      long version, Instant committedAt, Operation operation, @Nullable VersionedRecord upserted) {
    this(version, committedAt, operation, upserted, CommitAttributes.NONE);
  }

  /** The same with what its commit says of itself. */
  public HistoryEntry withAttributes(CommitAttributes value) {
    return new HistoryEntry(version, committedAt, operation, upserted, value);
  }

  /** The record as of this version; empty for a tombstone. */
  public Optional<VersionedRecord> state() {
    return Optional.ofNullable(upserted);
  }
}
