package dev.nacre.store.rocks;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Builds the writes of a group in RocksDB's serialised form, so that one native call takes them
 * all.
 *
 * <pre>
 *   sequence u64 LE (0: RocksDB sets it) | count u32 LE | record*
 *   record = 05 family key value   (put)     family: varint; key, value: varint length, bytes
 *          | 04 family key         (delete)
 *          | 0E family from to     (delete of a range)
 * </pre>
 *
 * The form is RocksDB's write_batch.cc, unchanged since column families exist. Reused between
 * groups; for one thread.
 */
public final class GroupBatch {
  private static final int HEADER_BYTES = 12;
  private static final byte DELETE = 4;
  private static final byte PUT = 5;
  private static final byte DELETE_RANGE = 0x0E;
  private static final VarHandle INT_LE =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private byte[] bytes = new byte[1 << 16];
  private int length = HEADER_BYTES;
  private int count;

  /** An empty batch. */
  public GroupBatch() {}

  /** Adds a put. */
  public void put(ColumnFamily family, byte[] key, byte[] value) {
    ensure(key.length + value.length + 16);
    bytes[length++] = PUT;
    varint(family.id());
    slice(key);
    slice(value);
    count++;
  }

  /**
   * Adds a put of a value of {@code valueLength} bytes, which the caller writes into what is
   * returned before he adds anything else.
   */
  public MemorySegment put(ColumnFamily family, byte[] key, int valueLength) {
    ensure(key.length + valueLength + 16);
    bytes[length++] = PUT;
    varint(family.id());
    slice(key);
    varint(valueLength);
    MemorySegment value = MemorySegment.ofArray(bytes).asSlice(length, valueLength);
    length += valueLength;
    count++;
    return value;
  }

  /** Adds a delete. */
  public void delete(ColumnFamily family, byte[] key) {
    ensure(key.length + 16);
    bytes[length++] = DELETE;
    varint(family.id());
    slice(key);
    count++;
  }

  /** Adds a delete of every key from {@code from} on and before {@code to}. */
  public void deleteRange(ColumnFamily family, byte[] from, byte[] to) {
    ensure(from.length + to.length + 16);
    bytes[length++] = DELETE_RANGE;
    varint(family.id());
    slice(from);
    slice(to);
    count++;
  }

  /** Whether nothing was added. */
  public boolean isEmpty() {
    return count == 0;
  }

  /** How far the batch has grown, to return to with {@link #rollbackTo}. */
  public Mark mark() {
    return new Mark(length, count);
  }

  /** Drops everything added since the mark. */
  public void rollbackTo(Mark mark) {
    length = mark.length;
    count = mark.count;
  }

  /** Bytes so far. */
  public int length() {
    return length;
  }

  /** Empties the batch; a buffer that grew beyond {@code keepBytes} is given back. */
  public void clear(int keepBytes) {
    length = HEADER_BYTES;
    count = 0;
    if (bytes.length > keepBytes) {
      bytes = new byte[1 << 16];
    }
  }

  /** The serialised batch. */
  byte[] toByteArray() {
    byte[] serialised = Arrays.copyOf(bytes, length);
    INT_LE.set(serialised, 8, count);
    return serialised;
  }

  private void slice(byte[] slice) {
    varint(slice.length);
    System.arraycopy(slice, 0, bytes, length, slice.length);
    length += slice.length;
  }

  private void varint(int value) {
    int rest = value;
    while ((rest & ~0x7F) != 0) {
      bytes[length++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[length++] = (byte) rest;
  }

  private void ensure(int more) {
    if (bytes.length - length < more) {
      int wanted = Math.addExact(length, more);
      bytes =
          Arrays.copyOf(
              bytes, (int) Math.min(Integer.MAX_VALUE - 16L, Math.max(wanted, 2L * bytes.length)));
    }
  }

  /** A place in the batch. */
  public record Mark(int length, int count) {}
}
