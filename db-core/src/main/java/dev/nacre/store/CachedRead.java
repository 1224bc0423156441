package dev.nacre.store;

import dev.nacre.model.VersionedRecord;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a read found without touching the disk: an answer, or that the answer is not in memory. */
public sealed interface CachedRead {

  /** The answer would need the disk. */
  enum NotCached implements CachedRead {
    /** The only instance. */
    NOT_CACHED
  }

  /**
   * The answer.
   *
   * @param found the record, or null when there is none; see {@link #answer()}
   */
  record Answer(@Nullable VersionedRecord found) implements CachedRead {
    /** The record, or empty when there is none. */
    public Optional<VersionedRecord> answer() {
      return Optional.ofNullable(found);
    }
  }
}
