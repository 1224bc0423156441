package dev.nacre.store.rocks;

import org.jspecify.annotations.Nullable;

/**
 * The rows that the batches of a write-ahead log put. A batch is looked through before its first
 * row is handed on, so that one that is malformed gives none. For one file and one thread.
 */
final class BatchRows implements LogFileReader.Visitor {
  private final ReadableRows.Sink sink;
  private @Nullable String damage;

  BatchRows(ReadableRows.Sink sink) {
    this.sink = sink;
  }

  /** What is damaged first, or null. */
  @Nullable String damage() {
    return damage;
  }

  @Override
  public void damage(long offset, String what, boolean noticed) {
    if (damage == null) {
      damage = what + " at byte " + offset;
    }
  }

  @Override
  public void record(long offset, LogRecord record, boolean readable) {
    try {
      read(record, false);
      record.rewind();
      read(record, true);
    } catch (MalformedRecordException e) {
      damage(offset, String.valueOf(e.getMessage()), true);
    }
  }

  private void read(LogRecord record, boolean hand) throws MalformedRecordException {
    record.skip(WriteBatchReader.HEADER);
    while (record.remaining() > 0) {
      int tag = record.u8();
      switch (tag) {
        // Put, delete, single delete and range delete of a column family.
        case 0x05 -> put(record, record.varint32(), hand);
        case 0x04, 0x08 -> {
          record.skipVarint();
          record.skipPrefixed();
        }
        case 0x0E -> {
          record.skipVarint();
          record.skipPrefixed();
          record.skipPrefixed();
        }
        // The same of the default one.
        case 0x01 -> put(record, 0, hand);
        case 0x00, 0x07, 0x03 -> record.skipPrefixed();
        case 0x0F -> {
          record.skipPrefixed();
          record.skipPrefixed();
        }
        case 0x0D -> {}
        default -> throw new MalformedRecordException("a batch entry that Nacre never writes");
      }
    }
  }

  private void put(LogRecord record, int familyId, boolean hand) throws MalformedRecordException {
    if (!hand) {
      record.skipPrefixed();
      record.skipPrefixed();
      return;
    }
    byte[] key = record.prefixed();
    byte[] value = record.prefixed();
    ColumnFamily family = ManifestFile.family(familyId);
    if (family != null) {
      sink.row(family, key, value);
    }
  }
}
