package dev.nacre.faults;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads what the preloaded library has written. */
public final class Journal {
  private static final int HEADER_BYTES = 32;

  private Journal() {}

  /** What happened. The order is the library's, from 1. */
  public enum Operation {
    /** A file was made. */
    CREATE,
    /** A directory was made. */
    MKDIR,
    /** Bytes were written at {@code a}. */
    WRITE,
    /** The size was set to {@code a}. */
    TRUNCATE,
    /** The size became {@code a} or stayed larger. */
    EXTEND,
    /** Sync number {@code a} began. */
    SYNC,
    /** Sync number {@code a} ended, with error {@code b} or 0. */
    SYNCED,
    /** A name was changed to another. */
    RENAME,
    /** A second name was given. */
    LINK,
    /** A name of a file was removed. */
    UNLINK,
    /** A directory was removed. */
    RMDIR,
    /** The child said something. */
    MARK,
    /** Something happened whose effect is not known. */
    OPAQUE,
    /** A call was made to fail. */
    FAULT
  }

  /**
   * One entry.
   *
   * @param operation what happened
   * @param flag depends on it
   * @param inode of which file, where it has no path
   * @param a depends on it
   * @param b depends on it
   * @param payload bytes written, or paths, or a mark
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  public record Entry(Operation operation, int flag, long inode, long a, long b, byte[] payload) {
    /** The payload as text. */
    public String text() {
      return new String(payload, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
      boolean named = operation != Operation.WRITE;
      return operation
          + (flag == 0 ? "" : " flag " + flag)
          + " inode "
          + inode
          + " a "
          + a
          + " b "
          + b
          + (named ? " " + text().replace('\0', '>') : " bytes " + payload.length);
    }
  }

  /** The entries of a journal. */
  public static List<Entry> read(Path file) throws IOException {
    List<Entry> entries = new ArrayList<>();
    Operation[] operations = Operation.values();
    try (InputStream input = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      for (byte[] head = input.readNBytes(HEADER_BYTES);
          head.length > 0;
          head = input.readNBytes(HEADER_BYTES)) {
        if (head.length < HEADER_BYTES) {
          throw new IOException(file + " ends in the middle of an entry");
        }
        ByteBuffer fields = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
        int bytes = fields.getInt(0);
        byte[] payload = input.readNBytes(bytes);
        if (payload.length < bytes) {
          throw new IOException(file + " ends in the middle of an entry");
        }
        entries.add(
            new Entry(
                operations[head[4] - 1],
                head[5],
                fields.getLong(8),
                fields.getLong(16),
                fields.getLong(24),
                payload));
      }
    }
    return entries;
  }
}
