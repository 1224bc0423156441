package dev.nacre.similarity.device;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A device buffer with host memory of the same contents, used again by every search and replaced
 * when it is too small.
 */
final class Workspace {
  private final Device device;
  private final LongPredicate reserve;
  private final boolean onHost;
  private long handle;
  private long bytes;
  private @Nullable Arena arena;
  private MemorySegment host = MemorySegment.NULL;

  /**
   * An empty one.
   *
   * @param reserve takes bytes from the budget, or refuses
   * @param onHost whether it is copied to or from
   */
  Workspace(Device device, LongPredicate reserve, boolean onHost) {
    this.device = device;
    this.reserve = reserve;
    this.onHost = onHost;
  }

  /** Whether there is room for {@code least} bytes, which is made when the budget allows. */
  boolean ensure(long least) {
    if (least <= bytes) {
      return true;
    }
    free();
    if (!reserve.test(least)) {
      return false;
    }
    // The host's first: there is nothing half made when either is short.
    Arena memory = onHost ? Arena.ofShared() : null;
    boolean complete = false;
    try {
      MemorySegment made = memory == null ? MemorySegment.NULL : memory.allocate(least, Long.BYTES);
      handle = device.allocate(least);
      bytes = least;
      host = made;
      arena = memory;
      complete = true;
      return true;
    } finally {
      if (!complete && memory != null) {
        memory.close();
      }
    }
  }

  /** The device's buffer. */
  long handle() {
    return handle;
  }

  /** The host's memory. */
  MemorySegment host() {
    return host;
  }

  /** Bytes of device memory. */
  long bytes() {
    return bytes;
  }

  /** Copies the first {@code count} bytes to the device. */
  void write(long count) {
    device.write(handle, 0, host.asSlice(0, count));
  }

  /** Copies the first {@code count} bytes from the device. */
  void read(long count) {
    device.read(handle, 0, host.asSlice(0, count));
  }

  /** Gives everything back. */
  void free() {
    if (bytes == 0) {
      return;
    }
    bytes = 0;
    long former = handle;
    handle = 0;
    host = MemorySegment.NULL;
    if (arena != null) {
      arena.close();
      arena = null;
    }
    device.free(former);
  }
}
