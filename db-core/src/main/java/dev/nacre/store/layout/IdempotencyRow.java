package dev.nacre.store.layout;

import java.security.MessageDigest;

/**
 * What is kept of a commit that carried an idempotency key.
 *
 * <pre>
 *   version u64 | time i64 micros | digest of the batch 32 bytes | lineage text
 * </pre>
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by isOf only.
public record IdempotencyRow(long version, long timeMicros, byte[] digest, String lineage) {
  /** Bytes of a digest: SHA-256. */
  public static final int DIGEST_BYTES = 32;

  /** The bytes. */
  public byte[] encode() {
    return new ByteWriter(56 + lineage.length())
        .u64(version)
        .u64(timeMicros)
        .raw(digest)
        .text(lineage)
        .toByteArray();
  }

  /** The row in {@code bytes}. */
  public static IdempotencyRow parse(byte[] bytes) {
    ByteReader reader = new ByteReader(bytes, 0);
    long version = reader.u64();
    long timeMicros = reader.u64();
    byte[] digest = reader.raw(DIGEST_BYTES);
    return new IdempotencyRow(version, timeMicros, digest, reader.text());
  }

  /**
   * The same without the digest, from which a short text could be found by guessing. It answers
   * every retry from then on: a purge is not undone by one.
   */
  public IdempotencyRow withoutDigest() {
    return new IdempotencyRow(version, timeMicros, new byte[DIGEST_BYTES], lineage);
  }

  /** Whether it was left by a batch of this digest, or a purge has left none. */
  public boolean isOf(byte[] other) {
    return MessageDigest.isEqual(digest, other)
        || MessageDigest.isEqual(digest, new byte[DIGEST_BYTES]);
  }
}
