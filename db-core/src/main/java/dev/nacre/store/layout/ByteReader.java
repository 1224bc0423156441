package dev.nacre.store.layout;

import dev.nacre.error.CorruptionException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads what {@link ByteWriter} wrote. Running over the end is corruption, never an index error.
 */
final class ByteReader {
  private final byte[] bytes;
  private final int end;
  private int position;

  ByteReader(byte[] bytes, int offset) {
    this(bytes, offset, bytes.length);
  }

  ByteReader(byte[] bytes, int offset, int end) {
    this.bytes = bytes;
    this.position = offset;
    this.end = end;
  }

  int position() {
    return position;
  }

  int remaining() {
    return end - position;
  }

  int u8() {
    need(1);
    return bytes[position++] & 0xFF;
  }

  int u32() {
    need(4);
    int value = BigEndian.getInt(bytes, position);
    position += 4;
    return value;
  }

  long u64() {
    need(8);
    long value = BigEndian.getLong(bytes, position);
    position += 8;
    return value;
  }

  long varint() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int next = u8();
      value |= (long) (next & 0x7F) << shift;
      if (next < 0x80) {
        return value;
      }
    }
    throw damaged("a number runs over ten bytes");
  }

  /** A varint that must be a size within what is left. */
  int size() {
    long value = varint();
    if (value < 0 || value > remaining()) {
      throw damaged("a length of " + value + " with " + remaining() + " bytes left");
    }
    return (int) value;
  }

  /** A varint that must be a non-negative int. */
  int count() {
    long value = varint();
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw damaged("a count of " + value);
    }
    return (int) value;
  }

  /** A count of items, each of which takes at least a byte of what is left. */
  int countOfItems() {
    int count = count();
    if (count > remaining()) {
      throw damaged(count + " items with " + remaining() + " bytes left");
    }
    return count;
  }

  String text() {
    int size = size();
    String value = new String(bytes, position, size, StandardCharsets.UTF_8);
    position += size;
    return value;
  }

  byte[] raw(int size) {
    need(size);
    position += size;
    return Arrays.copyOfRange(bytes, position - size, position);
  }

  void skip(int size) {
    need(size);
    position += size;
  }

  private void need(int size) {
    if (size < 0 || remaining() < size) {
      throw damaged(size + " bytes wanted with " + remaining() + " left");
    }
  }

  static CorruptionException damaged(String what) {
    return new CorruptionException(
        "a stored row is damaged: " + what + "; restore the directory from a backup");
  }
}
