package dev.nacre.store.layout;

/**
 * The value of a floor row in {@code meta}: what retention has dropped of a namespace.
 *
 * <pre>
 *   log u64 | history u64 | versions varint | trimmed u64
 * </pre>
 *
 * A row of the first field alone means that the history is dropped as far as the log is.
 *
 * @param log the oldest version whose changes are all in the log
 * @param history the oldest version that can be read as of: every row that ended at or before it
 *     may be gone
 * @param versions how many versions of a record were kept when the log was looked at last for keys
 *     that have more; 0 when it never was
 * @param trimmed up to which version the log was looked at then
 */
public record FloorRow(long log, long history, int versions, long trimmed) {
  /** Nothing was dropped. */
  public static final FloorRow NONE = new FloorRow(0, 0, 0, 0);

  /** The bytes. */
  public byte[] encode() {
    return new ByteWriter(32).u64(log).u64(history).varint(versions).u64(trimmed).toByteArray();
  }

  /** The floors in {@code bytes}. */
  public static FloorRow parse(byte[] bytes) {
    ByteReader reader = new ByteReader(bytes, 0);
    long log = reader.u64();
    if (reader.remaining() == 0) {
      return new FloorRow(log, Math.max(0, log - 1), 0, 0);
    }
    return new FloorRow(log, reader.u64(), reader.count(), reader.u64());
  }
}
