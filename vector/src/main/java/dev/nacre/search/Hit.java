package dev.nacre.search;

import static java.util.Objects.requireNonNull;

import dev.nacre.model.VersionedRecord;

/**
 * One record found.
 *
 * @param key its key
 * @param score how near it is by the space's metric; higher is nearer
 * @param embeddingVersion the version that wrote the embedding that was compared
 * @param record the record as of the version searched
 */
public record Hit(String key, float score, long embeddingVersion, VersionedRecord record) {
  /** Checks the parts. */
  public Hit {
    requireNonNull(key, "key");
    requireNonNull(record, "record");
  }
}
