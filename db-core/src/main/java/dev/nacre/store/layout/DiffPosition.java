package dev.nacre.store.layout;

import dev.nacre.error.CorruptionException;
import dev.nacre.error.ValidationException;
import dev.nacre.model.ReadPoint;
import java.util.Map;

/**
 * The position in the cursor of a diff: the moment before, how keys are found, and the last key.
 *
 * <pre>
 *   version u64 | instant i64 micros | by log u8 (0, 1) | key to the end
 * </pre>
 *
 * @param from the moment before; the one after is that of the cursor
 * @param byLog whether keys are found in the log, not by a scan
 * @param key the last key looked at
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record DiffPosition(ReadPoint from, boolean byLog, byte[] key) {
  /** The bytes. */
  public byte[] encode() {
    return new ByteWriter(key.length + 24)
        .u64(from.version())
        .u64(Micros.of(from.instant()))
        .u8(byLog ? 1 : 0)
        .raw(key)
        .toByteArray();
  }

  /**
   * The position of a cursor.
   *
   * @throws ValidationException when it is not one
   */
  public static DiffPosition of(PageCursor cursor) {
    try {
      ByteReader reader = new ByteReader(cursor.position(), 0);
      long version = reader.u64();
      ReadPoint from =
          new ReadPoint(version, Micros.toInstant(reader.u64()), cursor.readPoint().lineage());
      boolean byLog = reader.u8() == 1;
      return new DiffPosition(from, byLog, reader.raw(reader.remaining()));
    } catch (CorruptionException e) {
      throw new ValidationException(
          "the cursor is not one that a diff returned; begin again without a cursor", Map.of(), e);
    }
  }
}
