package dev.nacre.sql.arrow;

import dev.nacre.error.UnavailableException;
import dev.nacre.model.Limits;
import java.nio.Buffer;
import java.util.Map;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/** Off-heap memory for one export or import. Stateless. */
final class ArrowMemory {
  /**
   * The most that one export or import takes: a batch of our own with the largest value, while its
   * column grows to twice the size, has room.
   */
  static final long BYTES_MAX = 4L * Limits.MAX.valueBytes();

  private static final String FLAG = "--add-opens=java.base/java.nio=";

  private ArrowMemory() {}

  /**
   * An allocator; closing it fails when something was not given back.
   *
   * @throws UnavailableException when the JVM was started without the flag that Arrow needs
   */
  static BufferAllocator open() {
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
    return new RootAllocator(BYTES_MAX);
  }
}
