package dev.nacre.store.layout;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.nacre.model.Value;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Appends primitive values to a growing array: fixed-width big-endian, varints, length-prefixed
 * text.
 */
public final class ByteWriter {
  private byte[] bytes;
  private int length;

  /** A writer that expects about {@code capacity} bytes. */
  public ByteWriter(int capacity) {
    bytes = new byte[Math.max(16, capacity)];
  }

  @CanIgnoreReturnValue
  ByteWriter u8(int value) {
    ensure(1);
    bytes[length++] = (byte) value;
    return this;
  }

  @CanIgnoreReturnValue
  ByteWriter u16(int value) {
    return u8(value >>> 8).u8(value);
  }

  @CanIgnoreReturnValue
  ByteWriter u32(int value) {
    ensure(4);
    BigEndian.putInt(bytes, length, value);
    length += 4;
    return this;
  }

  @CanIgnoreReturnValue
  ByteWriter u64(long value) {
    ensure(8);
    BigEndian.putLong(bytes, length, value);
    length += 8;
    return this;
  }

  /** An unsigned LEB128 number. */
  @CanIgnoreReturnValue
  ByteWriter varint(long value) {
    ensure(10);
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      bytes[length++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[length++] = (byte) rest;
    return this;
  }

  /** UTF-8 with its length. */
  @CanIgnoreReturnValue
  ByteWriter text(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    return varint(utf8.length).raw(utf8);
  }

  @CanIgnoreReturnValue
  ByteWriter raw(byte[] value) {
    return raw(value, 0, value.length);
  }

  @CanIgnoreReturnValue
  ByteWriter raw(byte[] value, int offset, int count) {
    ensure(count);
    System.arraycopy(value, offset, bytes, length, count);
    length += count;
    return this;
  }

  /** A value's bytes. */
  @CanIgnoreReturnValue
  ByteWriter value(Value value) {
    int count = value.length();
    ensure(count);
    value.copyTo(bytes, length);
    length += count;
    return this;
  }

  /** Says how many bytes are still to come, so that a large row is not copied when it is done. */
  ByteWriter exactly(int more) {
    if (bytes.length - length != more) {
      bytes = Arrays.copyOf(bytes, length + more);
    }
    return this;
  }

  int length() {
    return length;
  }

  byte[] toByteArray() {
    return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
  }

  private void ensure(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(length + more, 2 * bytes.length));
    }
  }
}
