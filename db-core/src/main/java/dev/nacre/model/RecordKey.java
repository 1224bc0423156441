package dev.nacre.model;

import static java.util.Objects.requireNonNull;

/**
 * Names a record.
 *
 * @param namespace its namespace
 * @param key its key
 */
public record RecordKey(String namespace, String key) {
  /** Refuses null. */
  public RecordKey {
    requireNonNull(namespace, "namespace");
    requireNonNull(key, "key");
  }
}
