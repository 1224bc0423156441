package dev.nacre.similarity.device;

import java.lang.foreign.MemorySegment;

/** Where rows that are to be resident come from: memory that only grows at its end. */
@FunctionalInterface
public interface RowSource {
  /** Receives rows that are adjacent in memory. */
  @FunctionalInterface
  interface Sink {
    /** Takes {@code count} rows; {@code floats} starts with the first. */
    void accept(MemorySegment floats, int count);
  }

  /** Hands out rows [first, end) in order, padded as kernels read them. */
  void read(int first, int end, Sink sink);
}
