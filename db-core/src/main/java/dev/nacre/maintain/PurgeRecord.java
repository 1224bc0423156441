package dev.nacre.maintain;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the database remembers of a purge: that it was, not of which key.
 *
 * @param version the commit from which on nothing of it can be read; 0 when the database was
 *     restored to a moment before it
 * @param committedAt when that was committed
 * @param namespace the namespace
 * @param kind what was purged
 * @param actor who purged, or null
 * @param reason why, or null
 * @param erased the rows
 * @param filesRewritten sorted files that were replaced by ones without them
 * @param completed when nothing of it was left in the directory, or null while that is under way;
 *     see {@link #completedAt()}
 */
public record PurgeRecord(
    long version,
    Instant committedAt,
    String namespace,
    PurgeKind kind,
    @Nullable String actor,
    @Nullable String reason,
    ErasedRows erased,
    long filesRewritten,
    @Nullable Instant completed) {
  /** Refuses null. */
  public PurgeRecord {
    requireNonNull(committedAt, "committedAt");
    requireNonNull(namespace, "namespace");
    requireNonNull(kind, "kind");
    requireNonNull(erased, "erased");
  }

  /** When nothing of it was left in the directory; empty while that is under way. */
  public Optional<Instant> completedAt() {
    return Optional.ofNullable(completed);
  }
}
