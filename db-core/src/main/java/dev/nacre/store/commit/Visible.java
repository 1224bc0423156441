package dev.nacre.store.commit;

/**
 * The newest version that reads may see.
 *
 * @param version the version, 0 for an empty store
 * @param timeMicros its commit time
 */
public record Visible(long version, long timeMicros) {}
