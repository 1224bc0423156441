package dev.nacre.store.commit;

import dev.nacre.store.layout.PurgeTarget;
import org.jspecify.annotations.Nullable;

/**
 * What is to be purged.
 *
 * @param namespace by name: every incarnation of it
 * @param target which keys
 * @param actor who purges, or null
 * @param reason why, or null
 */
public record PurgeOrder(
    String namespace, PurgeTarget target, @Nullable String actor, @Nullable String reason) {}
