package dev.nacre.store;

import java.lang.foreign.MemorySegment;

/** Receives the vectors of a scan, in key order. */
@FunctionalInterface
public interface VectorSink {
  /**
   * Takes one vector.
   *
   * @param key the record's key
   * @param from the version that wrote the vector
   * @param floats the components, float32 little-endian, unaligned; valid only during the call
   * @return whether to go on
   */
  boolean accept(String key, long from, MemorySegment floats);
}
