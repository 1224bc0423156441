package dev.nacre.store.rocks;

import dev.nacre.error.FormatException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a file of RocksDB's log format (write-ahead logs and manifests) the way RocksDB does, and
 * then what RocksDB no longer reads: the records after damage.
 *
 * <p>The file is blocks of 32 KiB. Physical records do not cross a block; fewer than 7 bytes at a
 * block's end are filled with zeros.
 *
 * <pre>
 * record  = masked crc32c u32 | length u16 | type u8 | payload       (all little-endian)
 * recyclable = masked crc32c u32 | length u16 | type u8 | log number u32 | payload
 * crc over everything from type on
 * type    = 1 full | 2 first | 3 middle | 4 last | 5-8 the same, recyclable
 *         | 9 compression | 10, 11 timestamp sizes | 128 and more: may be ignored
 * </pre>
 *
 * <p>After a bad record the rest of its block is searched byte by byte for the next record whose
 * checksum is right, because a log shorter than a block has no other place to find it.
 */
final class LogFileReader {
  static final int BLOCK = 32 << 10;

  private static final int HEADER = 7;
  private static final int RECYCLABLE_HEADER = 11;
  private static final int FULL = 1;
  private static final int FIRST = 2;
  private static final int MIDDLE = 3;
  private static final int LAST = 4;
  private static final int RECYCLABLE_OFFSET = 4;
  private static final int RECYCLABLE_LAST = 8;
  private static final int SET_COMPRESSION = 9;
  private static final int TIMESTAMP_SIZE = 10;
  private static final int RECYCLABLE_TIMESTAMP_SIZE = 11;
  private static final int IGNORABLE = 128;
  private static final int RECYCLABLE_PREDECESSOR = 131;

  /** What is met, in file order. */
  interface Visitor {
    /**
     * A whole record, its cursor at the first byte.
     *
     * @param offset where it begins in the file
     * @param readable whether RocksDB would get as far as this record
     */
    void record(long offset, LogRecord record, boolean readable);

    /**
     * Damaged bytes.
     *
     * @param noticed whether RocksDB notices and reads no further in this file; otherwise it goes
     *     on at the next block as if nothing were missing
     */
    void damage(long offset, String what, boolean noticed);
  }

  private final String name;
  private final long number;
  private final LogBytes bytes;
  private final Visitor visitor;
  private final LogRecord record;
  private long recordOffset;
  private boolean inRecord;
  private boolean recordReadable;
  private boolean readable = true;
  private boolean ended;

  LogFileReader(String name, long number, LogBytes bytes, Visitor visitor) {
    this.name = name;
    this.number = number;
    this.bytes = bytes;
    this.visitor = visitor;
    this.record = new LogRecord(bytes);
  }

  void read() {
    long size = bytes.size();
    for (long block = 0; block < size && !ended; block += BLOCK) {
      readBlock(block, Math.min(block + BLOCK, size));
    }
    if (inRecord) {
      damage(recordOffset, "record has no end");
    }
  }

  private void readBlock(long block, long end) {
    long at = block;
    while (end - at >= HEADER) {
      int type = bytes.u8(at + 6);
      if (type == 0 && bytes.u16(at + 4) == 0) {
        skipEmpty(at, end);
        return;
      }
      String fault = fault(at, end);
      if (fault != null) {
        damage(at, fault);
        search(at + 1, end);
        return;
      }
      at = accept(at, type);
      if (ended) {
        return;
      }
    }
    boolean cutOff = at < end && end - block < BLOCK;
    if (cutOff) {
      damage(at, "record header is cut off");
    }
  }

  /** A header of zeros: RocksDB goes on at the next block and reports nothing. */
  private void skipEmpty(long at, long end) {
    if (inRecord) {
      damage(recordOffset, "zeros in the middle of a record");
    }
    if (!bytes.zero(at, end)) {
      boolean before = readable;
      visitor.damage(at, "zeros in place of a record", false);
      readable = false;
      search(at + 1, end);
      // A record that only the search found the beginning of is a broken one to RocksDB.
      readable = before && !inRecord;
    }
  }

  /** Looks for records from {@code from} on where the chain of lengths is broken. */
  private void search(long from, long end) {
    long at = from;
    while (end - at >= HEADER && !ended) {
      int type = bytes.u8(at + 6);
      boolean possible = type >= FULL && type <= RECYCLABLE_LAST;
      at = possible && fault(at, end) == null ? accept(at, type) : at + 1;
    }
  }

  private @Nullable String fault(long at, long end) {
    int length = bytes.u16(at + 4);
    int header = header(bytes.u8(at + 6));
    if (at + header + length > end) {
      return "record is longer than its block or file";
    }
    return bytes.maskedCrc(at + 6, header - 6 + length) == bytes.i32(at)
        ? null
        : "checksum is wrong";
  }

  private static int header(int type) {
    boolean recyclable =
        (type > RECYCLABLE_OFFSET && type <= RECYCLABLE_LAST)
            || type == RECYCLABLE_TIMESTAMP_SIZE
            || type == RECYCLABLE_PREDECESSOR;
    return recyclable ? RECYCLABLE_HEADER : HEADER;
  }

  /** Takes a physical record whose checksum is right; answers where the next one begins. */
  private long accept(long at, int type) {
    int header = header(type);
    int length = bytes.u16(at + 4);
    if (header == RECYCLABLE_HEADER && bytes.i32(at + HEADER) != (int) number) {
      // Left over from an earlier life of a recycled file: this log ends here.
      ended = true;
      return at;
    }
    int kind =
        type > RECYCLABLE_OFFSET && type <= RECYCLABLE_LAST ? type - RECYCLABLE_OFFSET : type;
    long payload = at + header;
    switch (kind) {
      case FULL -> {
        begin(at);
        end(payload, length);
      }
      case FIRST -> {
        begin(at);
        record.append(payload, length);
        inRecord = true;
      }
      case MIDDLE -> {
        if (inRecord) {
          record.append(payload, length);
        } else {
          damage(at, "fragment without a beginning");
        }
      }
      case LAST -> {
        if (inRecord) {
          end(payload, length);
        } else {
          damage(at, "fragment without a beginning");
        }
      }
      case SET_COMPRESSION -> refuseCompression(payload, length);
      case TIMESTAMP_SIZE, RECYCLABLE_TIMESTAMP_SIZE -> {}
      default -> {
        if (type < IGNORABLE) {
          damage(at, "unknown record type " + type);
        }
      }
    }
    return payload + length;
  }

  private void begin(long at) {
    if (inRecord && record.length() > 0) {
      damage(recordOffset, "record has no end");
    }
    record.clear();
    recordOffset = at;
    recordReadable = readable;
  }

  private void end(long payload, int length) {
    record.append(payload, length);
    inRecord = false;
    record.rewind();
    visitor.record(recordOffset, record, recordReadable);
  }

  private void damage(long at, String what) {
    inRecord = false;
    readable = false;
    visitor.damage(at, what, true);
  }

  private void refuseCompression(long payload, int length) {
    if (length < 4 || bytes.i32(payload) != 0) {
      throw new FormatException(
          "log file " + name + " is compressed; Nacre writes its log uncompressed",
          Map.of("file", name));
    }
  }
}
