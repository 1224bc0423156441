package dev.nacre.store.rocks;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * A log file mapped into memory, little-endian. For one thread; unmapped by {@link #close}, so that
 * the file can be deleted on every platform.
 *
 * <p>Windows of 1 GiB, a multiple of the block size: no block lies across two of them.
 */
final class LogBytes implements AutoCloseable {
  private static final int WINDOW_SHIFT = 30;
  private static final long WINDOW_MASK = (1L << WINDOW_SHIFT) - 1;

  private final Arena arena = Arena.ofConfined();
  private final ByteBuffer[] windows;
  private final long size;
  private final CRC32C crc = new CRC32C();

  LogBytes(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      size = channel.size();
      windows = new ByteBuffer[Math.toIntExact((size + WINDOW_MASK) >>> WINDOW_SHIFT)];
      if (size > 0) {
        MemorySegment all = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
        for (int i = 0; i < windows.length; i++) {
          long start = (long) i << WINDOW_SHIFT;
          windows[i] =
              all.asSlice(start, Math.min(size - start, WINDOW_MASK + 1))
                  .asByteBuffer()
                  .order(ByteOrder.LITTLE_ENDIAN);
        }
      }
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  long size() {
    return size;
  }

  int u8(long at) {
    return window(at).get((int) (at & WINDOW_MASK)) & 0xff;
  }

  /** Within one block. */
  int u16(long at) {
    return window(at).getShort((int) (at & WINDOW_MASK)) & 0xffff;
  }

  /** Within one block. */
  int i32(long at) {
    return window(at).getInt((int) (at & WINDOW_MASK));
  }

  /** The checksum of bytes within one block, as RocksDB masks it. */
  int maskedCrc(long at, int length) {
    ByteBuffer window = window(at);
    int start = (int) (at & WINDOW_MASK);
    window.limit(start + length).position(start);
    crc.reset();
    crc.update(window);
    window.clear();
    int value = (int) crc.getValue();
    return ((value >>> 15) | (value << 17)) + 0xa282ead8;
  }

  boolean zero(long from, long to) {
    for (long at = from; at < to; at++) {
      if (u8(at) != 0) {
        return false;
      }
    }
    return true;
  }

  private ByteBuffer window(long at) {
    return windows[(int) (at >>> WINDOW_SHIFT)];
  }

  @Override
  public void close() {
    arena.close();
  }
}
