package dev.nacre.sql.arrow;

import dev.nacre.error.UnavailableException;
import dev.nacre.model.Limits;
import java.nio.Buffer;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.arrow.memory.AllocationManager;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.ReferenceManager;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.memory.util.MemoryUtil;

/**
 * Off-heap memory for one export or import. Closing gives all of it back, whatever happened: on
 * bytes that are no table, Arrow's own reader loses buffers. For one thread.
 */
final class ArrowMemory implements AutoCloseable {
  /**
   * The most that one export or import takes: a batch of our own with the largest value, while its
   * column grows to twice the size, has room.
   */
  static final long BYTES_MAX = 4L * Limits.MAX.valueBytes();

  private static final String FLAG = "--add-opens=java.base/java.nio=";

  private final Set<Allocation> live = new HashSet<>();
  private final BufferAllocator allocator;

  private ArrowMemory() {
    allocator =
        new RootAllocator(
            RootAllocator.configBuilder()
                .allocationManagerFactory(new Factory())
                .maxAllocation(BYTES_MAX)
                .build());
  }

  /**
   * Begins.
   *
   * @throws UnavailableException when the JVM was started without the flag that Arrow needs
   */
  static ArrowMemory open() {
    // Asked before, because Arrow's own answer is a class that cannot be initialised.
    Module arrow = ArrowBuf.class.getModule();
    if (!Buffer.class.getModule().isOpen("java.nio", arrow)) {
      String flag = FLAG + (arrow.isNamed() ? arrow.getName() : "ALL-UNNAMED");
      throw new UnavailableException(
          "Arrow reads and writes memory through java.nio, which this JVM keeps closed to it; start"
              + " it with "
              + flag
              + ", or use JSON Lines, which need no flag",
          Map.of("flag", flag));
    }
    return new ArrowMemory();
  }

  BufferAllocator allocator() {
    return allocator;
  }

  /**
   * All went well, and everything that was taken should have been given back.
   *
   * @throws IllegalStateException when it was not
   */
  void checkGivenBack() {
    allocator.close();
  }

  @Override
  public void close() {
    for (Allocation left : live) {
      MemoryUtil.freeMemory(left.address);
    }
    live.clear();
  }

  private final class Factory implements AllocationManager.Factory {
    @Override
    public AllocationManager create(BufferAllocator accounting, long size) {
      Allocation allocation = new Allocation(accounting, size);
      live.add(allocation);
      return allocation;
    }

    @Override
    public ArrowBuf empty() {
      return new ArrowBuf(ReferenceManager.NO_OP, null, 0, 0);
    }
  }

  private final class Allocation extends AllocationManager {
    private final long address;
    private final long size;

    Allocation(BufferAllocator accounting, long size) {
      super(accounting);
      this.size = size;
      this.address = MemoryUtil.allocateMemory(size);
    }

    @Override
    public long getSize() {
      return size;
    }

    @Override
    protected long memoryAddress() {
      return address;
    }

    @Override
    protected void release0() {
      if (live.remove(this)) {
        MemoryUtil.freeMemory(address);
      }
    }
  }
}
