package dev.nacre.store.layout;

import org.jspecify.annotations.Nullable;

/**
 * The value of a row of {@code log}: what changed, not the values.
 *
 * <pre>
 *   flags u8      1 value, 2 metadata, 64 purged, 128 delete
 *   spaces varint | id varint *
 *   key           to the end
 *
 *   flags u8 64 | version u64 | time i64 micros       of the purge, which has erased the rest
 * </pre>
 *
 * @param purged what has erased the change, or null; then everything else is empty
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record LogRow(
    boolean delete,
    boolean value,
    boolean metadata,
    int[] spaces,
    byte[] key,
    @Nullable Purged purged) {
  private static final int PURGED = 64;
  private static final int VALUE = 1;
  private static final int METADATA = 2;
  private static final int DELETE = 128;

  /**
   * A purge.
   *
   * @param version its version; 0 when it was taken back by a restore to a moment before it
   * @param timeMicros its commit time
   */
  public record Purged(long version, long timeMicros) {}

  /** A change. */
  public LogRow(boolean delete, boolean value, boolean metadata, int[] spaces, byte[] key) {
    this(delete, value, metadata, spaces, key, null);
  }

  /** What is left of a change after a purge, and what the log says of the purge itself. */
  public static LogRow purged(long version, long timeMicros) {
    return new LogRow(
        false, false, false, new int[0], new byte[0], new Purged(version, timeMicros));
  }

  /** The bytes of a change. */
  public byte[] encode() {
    if (purged != null) {
      return new ByteWriter(17).u8(PURGED).u64(purged.version).u64(purged.timeMicros).toByteArray();
    }
    ByteWriter writer = new ByteWriter(key.length + 8);
    writer
        .u8((delete ? DELETE : 0) | (value ? VALUE : 0) | (metadata ? METADATA : 0))
        .varint(spaces.length);
    for (int space : spaces) {
      writer.varint(space);
    }
    return writer.raw(key).toByteArray();
  }

  /** The change in {@code bytes}. */
  public static LogRow parse(byte[] bytes) {
    ByteReader reader = new ByteReader(bytes, 0);
    int flags = reader.u8();
    if ((flags & PURGED) != 0) {
      long version = reader.u64();
      return purged(version, reader.u64());
    }
    int[] spaces = new int[reader.countOfItems()];
    for (int i = 0; i < spaces.length; i++) {
      spaces[i] = (int) reader.varint();
    }
    return new LogRow(
        (flags & DELETE) != 0,
        (flags & VALUE) != 0,
        (flags & METADATA) != 0,
        spaces,
        reader.raw(reader.remaining()));
  }
}
