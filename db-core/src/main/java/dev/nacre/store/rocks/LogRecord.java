package dev.nacre.store.rocks;

import java.util.Arrays;

/**
 * A logical record as the fragments it was cut into, and a cursor over them. Reused for record
 * after record: a group of hundreds of megabytes costs two small arrays and no copy. For one
 * thread.
 */
final class LogRecord {
  private final LogBytes bytes;
  private long[] starts = new long[8];
  private int[] lengths = new int[8];
  private int fragments;
  private long length;

  private int fragment;
  private int within;
  private long consumed;

  LogRecord(LogBytes bytes) {
    this.bytes = bytes;
  }

  void clear() {
    fragments = 0;
    length = 0;
  }

  void append(long start, int fragmentLength) {
    if (fragments == starts.length) {
      starts = Arrays.copyOf(starts, fragments * 2);
      lengths = Arrays.copyOf(lengths, fragments * 2);
    }
    starts[fragments] = start;
    lengths[fragments++] = fragmentLength;
    length += fragmentLength;
  }

  /** Where its last fragment ends in the file. */
  long end() {
    return fragments == 0 ? 0 : starts[fragments - 1] + lengths[fragments - 1];
  }

  /** The number of bytes of the whole record. */
  long length() {
    return length;
  }

  /** Puts the cursor at the first byte. */
  void rewind() {
    fragment = 0;
    within = 0;
    consumed = 0;
  }

  long remaining() {
    return length - consumed;
  }

  int u8() throws MalformedRecordException {
    if (consumed == length) {
      throw new MalformedRecordException("record ends within a field");
    }
    while (within == lengths[fragment]) {
      fragment++;
      within = 0;
    }
    consumed++;
    return bytes.u8(starts[fragment] + within++);
  }

  long littleEndian(int width) throws MalformedRecordException {
    long value = 0;
    for (int i = 0; i < width; i++) {
      value |= (long) u8() << (8 * i);
    }
    return value;
  }

  long bigEndian64() throws MalformedRecordException {
    long value = 0;
    for (int i = 0; i < 8; i++) {
      value = value << 8 | u8();
    }
    return value;
  }

  int varint32() throws MalformedRecordException {
    long value = varint64();
    if (value >>> 32 != 0) {
      throw new MalformedRecordException("number is longer than 32 bits");
    }
    return (int) value;
  }

  long varint64() throws MalformedRecordException {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int next = u8();
      value |= (long) (next & 0x7f) << shift;
      if (next < 0x80) {
        return value;
      }
    }
    throw new MalformedRecordException("number is longer than 64 bits");
  }

  void skipVarint() throws MalformedRecordException {
    for (int i = 0; i < 10; i++) {
      if (u8() < 0x80) {
        return;
      }
    }
    throw new MalformedRecordException("number is longer than 64 bits");
  }

  /** Passes over a string that its length goes before. */
  void skipPrefixed() throws MalformedRecordException {
    skip(varint32());
  }

  /** A string that its length goes before. */
  byte[] prefixed() throws MalformedRecordException {
    int count = varint32();
    if (count < 0 || count > remaining()) {
      throw new MalformedRecordException("field is longer than its record");
    }
    byte[] read = new byte[count];
    for (int i = 0; i < count; i++) {
      read[i] = (byte) u8();
    }
    return read;
  }

  void skip(int count) throws MalformedRecordException {
    if (count < 0 || count > remaining()) {
      throw new MalformedRecordException("field is longer than its record");
    }
    consumed += count;
    int left = count;
    while (left > lengths[fragment] - within) {
      left -= lengths[fragment] - within;
      fragment++;
      within = 0;
    }
    within += left;
  }
}
