package dev.nacre.store.maintain;

import dev.nacre.model.CommitAttributes;
import dev.nacre.model.VersionedRecord;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A change as an export of history has it.
 *
 * @param namespace the namespace
 * @param key the key; null for one that was purged
 * @param version the version
 * @param committedAt its commit time
 * @param operation what was done
 * @param record the record as of the version; null when it was deleted, purged, or had expired by
 *     then
 * @param attributes what the commit says of itself
 */
public record ExportedChange(
    String namespace,
    @Nullable String key,
    long version,
    Instant committedAt,
    Operation operation,
    @Nullable VersionedRecord record,
    CommitAttributes attributes) {
  /** What was done. */
  public enum Operation {
    /** Parts were written. */
    PUT("put"),
    /** The record was deleted. */
    DELETE("delete"),
    /** A purge, or what it has left of an earlier change. */
    PURGED("purged");

    private final String text;

    Operation(String text) {
      this.text = text;
    }

    /** As it is written. */
    public String text() {
      return text;
    }
  }
}
