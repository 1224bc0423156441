package dev.nacre.bench.run;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * How fast one thread reads memory that is in no cache: the faster of two ways that the JVM
 * compiles to wide loads, summing an array and comparing two segments.
 */
final class Bandwidth implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final long[] numbers;
  private final MemorySegment one;
  private final MemorySegment other;

  /** Memory of {@code bytes} each way. */
  Bandwidth(long bytes) {
    this.numbers = new long[Math.toIntExact(bytes / Long.BYTES)];
    this.one = arena.allocate(bytes / 2, 64).fill((byte) 1);
    this.other = arena.allocate(bytes / 2, 64).fill((byte) 1);
  }

  /** Bytes a second, once. */
  double measure() {
    long before = System.nanoTime();
    long sum = 0;
    for (long number : numbers) {
      sum += number;
    }
    long between = System.nanoTime();
    long difference = one.mismatch(other);
    long after = System.nanoTime();
    if (sum != 0 || difference != -1) {
      throw new IllegalStateException("memory changed");
    }
    double summed = numbers.length * (double) Long.BYTES / (between - before) * 1e9;
    double compared = 2.0 * one.byteSize() / (after - between) * 1e9;
    return Math.max(summed, compared);
  }

  @Override
  public void close() {
    arena.close();
  }
}
