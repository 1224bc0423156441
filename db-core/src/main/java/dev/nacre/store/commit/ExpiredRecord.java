package dev.nacre.store.commit;

/**
 * A record that has expired, as it was found.
 *
 * @param namespace its namespace
 * @param key its key in UTF-8
 * @param version its version
 * @param head its row in {@code head}
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record ExpiredRecord(NamespaceEntry namespace, byte[] key, long version, byte[] head) {}
