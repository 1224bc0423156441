package dev.nacre.store;

import java.lang.foreign.MemorySegment;

/** Receives vectors with the versions in which they were their keys'. */
@FunctionalInterface
public interface VectorIntervalSink {
  /** The end of a vector that was still its key's at the last version asked for. */
  long OPEN = Long.MAX_VALUE;

  /**
   * Takes one vector.
   *
   * @param key the record's key
   * @param from the version that wrote the vector
   * @param to the version that ended it, or {@link #OPEN}
   * @param floats the components, float32 little-endian, unaligned; valid only during the call
   * @return whether to go on
   */
  boolean accept(String key, long from, long to, MemorySegment floats);
}
