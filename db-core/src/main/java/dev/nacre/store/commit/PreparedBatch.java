package dev.nacre.store.commit;

import dev.nacre.model.Write;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A batch checked and encoded, ready to be judged.
 *
 * @param writes in order
 * @param readVersion the heads in {@code writes} were read at or after this visible version
 */
record PreparedBatch(List<PreparedWrite> writes, long readVersion) {

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
   * A head as a caller read it.
   *
   * @param namespaceId where
   * @param row the row, or null when there was none
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record HeadRead(int namespaceId, byte @Nullable [] row) {}
}
