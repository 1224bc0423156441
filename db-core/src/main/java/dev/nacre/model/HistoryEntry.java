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
 */
public record HistoryEntry(
    long version, Instant committedAt, Operation operation, @Nullable VersionedRecord upserted) {
  /** Refuses null. */
  public HistoryEntry {
    requireNonNull(committedAt, "committedAt");
    requireNonNull(operation, "operation");
  }

  /** The record as of this version; empty for a tombstone. */
  public Optional<VersionedRecord> state() {
    return Optional.ofNullable(upserted);
  }
}
