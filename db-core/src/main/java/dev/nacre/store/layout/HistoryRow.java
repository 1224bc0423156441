package dev.nacre.store.layout;

/**
 * The value of a row of {@code history}: where its interval ends, and the record.
 *
 * <pre>
 *   to u64 | record row
 * </pre>
 *
 * The row is live in [from, to), from being in the key. A tombstone has to = from: it is never
 * live.
 */
public record HistoryRow(long to, RecordRow row) {
  /** The bytes of a superseded record. */
  public static byte[] encode(long to, RecordRow row) {
    byte[] record = row.toByteArray();
    byte[] bytes = new byte[8 + record.length];
    BigEndian.putLong(bytes, 0, to);
    System.arraycopy(record, 0, bytes, 8, record.length);
    return bytes;
  }

  /** The interval's end without reading the rest. */
  public static long toIn(byte[] bytes) {
    return new ByteReader(bytes, 0).u64();
  }

  /** The row in {@code bytes}. */
  public static HistoryRow parse(byte[] bytes) {
    return new HistoryRow(toIn(bytes), RecordRow.parse(bytes, 8));
  }
}
