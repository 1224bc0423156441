package dev.nacre.maintain;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * Asks to erase records with every version they ever had.
 *
 * @param namespace the namespace; all namespaces that ever had this name are meant
 * @param kind one key, all keys with a prefix, or the namespace
 * @param key the key or the prefix; empty for the namespace
 * @param actor who purges, kept in the log for good, or null
 * @param reason why, kept in the log for good, or null; it must not repeat what is to be forgotten
 */
public record PurgeRequest(
    String namespace, PurgeKind kind, String key, @Nullable String actor, @Nullable String reason) {
  /** Refuses null. */
  public PurgeRequest {
    requireNonNull(namespace, "namespace");
    requireNonNull(kind, "kind");
    requireNonNull(key, "key");
  }

  /** Every version of one key. */
  public static PurgeRequest key(String namespace, String key) {
    return new PurgeRequest(namespace, PurgeKind.KEY, key, null, null);
  }

  /** Every version of every key that starts with {@code prefix}; the empty prefix is every key. */
  public static PurgeRequest prefix(String namespace, String prefix) {
    return new PurgeRequest(namespace, PurgeKind.PREFIX, prefix, null, null);
  }

  /** A namespace with everything that ever was in one of its name; it is deleted, too. */
  public static PurgeRequest namespace(String namespace) {
    return new PurgeRequest(namespace, PurgeKind.NAMESPACE, "", null, null);
  }

  /** The same, by {@code value}. */
  public PurgeRequest withActor(String value) {
    return new PurgeRequest(namespace, kind, key, requireNonNull(value, "actor"), reason);
  }

  /** The same, because of {@code value}. */
  public PurgeRequest withReason(String value) {
    return new PurgeRequest(namespace, kind, key, actor, requireNonNull(value, "reason"));
  }
}
