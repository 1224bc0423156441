package dev.nacre.model;

import java.time.Instant;

/**
 * The pair (V, T) a read was answered at: every key as of {@code version}, and expiry judged at
 * {@code instant}.
 *
 * @param version the version read, 0 for an empty database
 * @param instant the moment at which expiry was judged
 * @param lineage id of the unbroken line of versions that {@code version} belongs to
 */
public record ReadPoint(long version, Instant instant, String lineage) {}
