package dev.nacre.store.rocks;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** Writes files of RocksDB's log format byte by byte, also such as RocksDB never would. */
final class LogFile {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /** A physical record, behind zeros where what is left of the block is too small for a header. */
  @CanIgnoreReturnValue
  LogFile physical(int type, byte[] payload) {
    return write(type, new byte[0], payload);
  }

  /** One that names the log file it belongs to. */
  @CanIgnoreReturnValue
  LogFile recyclable(int type, int logNumber, byte[] payload) {
    return write(type, little(logNumber, 4), payload);
  }

  @CanIgnoreReturnValue
  LogFile raw(byte... more) {
    bytes.writeBytes(more);
    return this;
  }

  int size() {
    return bytes.size();
  }

  byte[] toByteArray() {
    return bytes.toByteArray();
  }

  private LogFile write(int type, byte[] number, byte[] payload) {
    int left = LogFileReader.BLOCK - bytes.size() % LogFileReader.BLOCK;
    if (left < 7) {
      bytes.writeBytes(new byte[left]);
    }
    byte[] covered =
        ByteBuffer.allocate(1 + number.length + payload.length)
            .put((byte) type)
            .put(number)
            .put(payload)
            .array();
    CRC32C crc = new CRC32C();
    crc.update(covered);
    int value = (int) crc.getValue();
    bytes.writeBytes(little(((value >>> 15) | (value << 17)) + 0xa282ead8, 4));
    bytes.writeBytes(little(payload.length, 2));
    bytes.writeBytes(covered);
    return this;
  }

  static byte[] little(long value, int width) {
    byte[] all = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    return Arrays.copyOf(all, width);
  }

  /** Bytes one after the other. */
  static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  static byte[] bytes(int... values) {
    byte[] all = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      all[i] = (byte) values[i];
    }
    return all;
  }
}
