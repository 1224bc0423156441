package dev.nacre.store.layout;

/**
 * The value of a row of {@code log}: what changed, not the values.
 *
 * <pre>
 *   flags u8      1 value, 2 metadata, 128 delete
 *   spaces varint | id varint *
 *   key           to the end
 * </pre>
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record LogRow(boolean delete, boolean value, boolean metadata, int[] spaces, byte[] key) {
  private static final int VALUE = 1;
  private static final int METADATA = 2;
  private static final int DELETE = 128;

  /** The bytes of a change. */
  public byte[] encode() {
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
    int[] spaces = new int[Math.min(reader.count(), reader.remaining())];
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
