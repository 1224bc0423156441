package dev.nacre.vector.exact;

import java.util.concurrent.atomic.AtomicLong;

/** Counts bytes that are in use. Thread-safe. */
public final class MemoryMeter {
  private final AtomicLong bytes = new AtomicLong();

  /** A meter at zero. */
  public MemoryMeter() {}

  /** Adds bytes, or takes them away when negative. */
  public void add(long count) {
    bytes.addAndGet(count);
  }

  /** The bytes in use. */
  public long bytes() {
    return bytes.get();
  }
}
