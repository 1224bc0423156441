package dev.nacre.store.rocks;

/**
 * Decodes RocksDB's serialized write batch as far as the commit rows need.
 *
 * <pre>
 * batch = sequence u64 | count u32 | entry …              (little-endian)
 * entry = tag u8 | column family varint32, for the tags that have one | fields
 * field = length varint32 | bytes
 * </pre>
 */
final class WriteBatchReader {
  /** Bytes of sequence and count. */
  static final int HEADER = 12;

  private static final int KEY_BYTES = 8;
  private static final int VALUE_BYTES_MIN = 16;

  /**
   * Takes the commit rows of a batch, in order, but for those that replace another one: a delete of
   * the same row stands before them.
   */
  interface CommitRows {
    /** A put of a new commit row. */
    void row(long version, long durableUpTo);
  }

  private final int commitColumnFamily;
  private long sequence;
  private long count;

  /** The version of the commit row that the entry before has deleted; 0 for none. */
  private long deleted;

  WriteBatchReader(int commitColumnFamily) {
    this.commitColumnFamily = commitColumnFamily;
  }

  /** The sequence number of the first entry of the last batch read. */
  long sequence() {
    return sequence;
  }

  /** The sequence number that follows the last batch read. */
  long nextSequence() {
    return sequence + count;
  }

  /**
   * Reads a batch from the record's cursor to its end.
   *
   * @throws MalformedRecordException when it is none; rows given until then are to be forgotten
   */
  void read(LogRecord record, CommitRows rows) throws MalformedRecordException {
    sequence = record.littleEndian(8);
    count = record.littleEndian(4);
    long found = 0;
    deleted = 0;
    while (record.remaining() > 0) {
      found += entry(record, rows);
    }
    if (found != count) {
      throw new MalformedRecordException(
          "batch has " + found + " entries, its header says " + count);
    }
  }

  /** Passes one entry; answers how many sequence numbers it takes. */
  private int entry(LogRecord record, CommitRows rows) throws MalformedRecordException {
    int tag = record.u8();
    return switch (tag) {
      // Entries of a column family: put, merge, blob index, wide columns, preferred sequence.
      case 0x05, 0x06, 0x10, 0x17, 0x19 -> {
        int columnFamily = record.varint32();
        if (tag == 0x05 && columnFamily == commitColumnFamily) {
          commitRow(record, rows);
          deleted = 0;
        } else {
          record.skipPrefixed();
          record.skipPrefixed();
        }
        yield 1;
      }
      // The same of the default column family, which holds no commit rows; then its range delete.
      case 0x01, 0x02, 0x11, 0x16, 0x18, 0x0F -> {
        record.skipPrefixed();
        record.skipPrefixed();
        yield 1;
      }
      // Delete and single delete of a column family.
      case 0x04, 0x08 -> {
        if (record.varint32() == commitColumnFamily) {
          deleted = commitVersion(record);
        } else {
          record.skipPrefixed();
        }
        yield 1;
      }
      // Range delete of a column family.
      case 0x0E -> {
        record.skipVarint();
        record.skipPrefixed();
        record.skipPrefixed();
        yield 1;
      }
      case 0x00, 0x07 -> {
        record.skipPrefixed();
        yield 1;
      }
      // Log data, and the marks of two-phase commit that carry a name: no sequence number.
      case 0x03, 0x0A, 0x0B, 0x0C -> {
        record.skipPrefixed();
        yield 0;
      }
      case 0x15 -> {
        record.skipPrefixed();
        record.skipPrefixed();
        yield 0;
      }
      // No-operation and the beginnings of prepared sections.
      case 0x09, 0x0D, 0x12, 0x13 -> 0;
      default -> throw new MalformedRecordException("unknown batch entry " + tag);
    };
  }

  private static long commitVersion(LogRecord record) throws MalformedRecordException {
    int keyLength = record.varint32();
    if (keyLength != KEY_BYTES) {
      throw new MalformedRecordException("commit row has a key of " + keyLength + " bytes");
    }
    return record.bigEndian64();
  }

  private void commitRow(LogRecord record, CommitRows rows) throws MalformedRecordException {
    long version = commitVersion(record);
    int valueLength = record.varint32();
    if (valueLength < VALUE_BYTES_MIN) {
      throw new MalformedRecordException("commit row has a value of " + valueLength + " bytes");
    }
    record.skip(8);
    long durableUpTo = record.bigEndian64();
    record.skip(valueLength - VALUE_BYTES_MIN);
    if (version != deleted) {
      rows.row(version, durableUpTo);
    }
  }
}
