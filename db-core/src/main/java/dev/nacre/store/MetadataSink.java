package dev.nacre.store;

import dev.nacre.model.Metadata;

/** Receives keys with their metadata and declared fields, in key order. */
@FunctionalInterface
public interface MetadataSink {
  /** Takes one record's metadata; returns whether to go on. */
  boolean accept(String key, Metadata metadata);
}
