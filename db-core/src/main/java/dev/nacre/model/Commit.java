package dev.nacre.model;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * An acknowledged commit.
 *
 * @param version its version: dense, from 1, the same for every write in it
 * @param committedAt its commit time, strictly later than that of the version before
 * @param lineage id of the unbroken line of versions it belongs to
 */
public record Commit(long version, Instant committedAt, String lineage) {
  /** Refuses null. */
  public Commit {
    requireNonNull(committedAt, "committedAt");
    requireNonNull(lineage, "lineage");
  }
}
