package dev.nacre.store.commit;

import dev.nacre.model.Write;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A batch checked and encoded, ready to be judged.
 *
 * @param writes in order
 * @param readVersion the heads in {@code writes} were read at or after this visible version
 * @param check what must not have changed, or null
 * @param idempotency how a retry is recognised, or null
 */
record PreparedBatch(
    List<PreparedWrite> writes,
    long readVersion,
    @Nullable Check check,
    @Nullable Idempotency idempotency) {

  /** A purge, alone in its commit. */
  static PreparedBatch of(PurgeOrder order, long readVersion) {
    return new PreparedBatch(List.of(new PurgeWrite(order)), readVersion, null, null);
  }

  /** One write. */
  sealed interface PreparedWrite {}

  /**
   * A write to a record.
   *
   * @param write what was asked
   * @param key its key in UTF-8
   * @param metadata its metadata, encoded, or null when not written
   * @param head what was found before, or null when nothing was looked up
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record RecordWrite(Write write, byte[] key, byte @Nullable [] metadata, @Nullable HeadRead head)
      implements PreparedWrite {}

  /**
   * A write to a namespace.
   *
   * @param write what was asked
   */
  record NamespaceWrite(Write write) implements PreparedWrite {}

  /**
   * The end of a record that has expired: it does nothing when anybody has written the record
   * since.
   *
   * @param namespace the name of its namespace
   * @param key its key in UTF-8
   * @param version the version of the record
   * @param head what was found
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record ExpiryWrite(String namespace, byte[] key, long version, HeadRead head)
      implements PreparedWrite {}

  /**
   * A purge.
   *
   * @param order of what
   */
  record PurgeWrite(PurgeOrder order) implements PreparedWrite {}

  /**
   * A head as a caller read it.
   *
   * @param namespaceId where
   * @param row the row, or null when there was none
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record HeadRead(int namespaceId, byte @Nullable [] row) {}

  /**
   * What must not have changed, beside the records written.
   *
   * @param version since when
   * @param timeMicros the instant of the read point: what was live then must not have expired
   * @param locked further records
   */
  record Check(long version, long timeMicros, List<Locked> locked) {}

  /**
   * A record that is locked and not written.
   *
   * @param namespace its namespace
   * @param key its key in UTF-8
   * @param head what was found before, or null when nothing was looked up
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Locked(String namespace, byte[] key, @Nullable HeadRead head) {}

  /**
   * How a retry of the commit is recognised.
   *
   * @param key the idempotency key
   * @param row its key in {@code meta}
   * @param digest of what the batch writes
   * @param wasRead whether {@code found} was looked up
   * @param found what was found before, or null when there was nothing
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Idempotency(
      String key, byte[] row, byte[] digest, boolean wasRead, byte @Nullable [] found) {}
}
