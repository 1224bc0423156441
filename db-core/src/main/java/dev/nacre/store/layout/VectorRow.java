package dev.nacre.store.layout;

import dev.nacre.model.Embedding;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The values of {@code vector} and {@code vector_history}.
 *
 * <pre>
 *   vector          from u64 | float32 LE *
 *   vector_history  to u64   | float32 LE *        (from is in the key)
 * </pre>
 *
 * A vector row names its own version, so that a scan that builds a view never looks at {@code
 * head}.
 */
public final class VectorRow {
  private static final ValueLayout.OfFloat FLOAT_LE =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final ValueLayout.OfLong VERSION =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private VectorRow() {}

  /** Bytes of a row of a vector of {@code dimension}. */
  public static int length(int dimension) {
    return Long.BYTES + Float.BYTES * dimension;
  }

  /** Fills {@code target}, of {@link #length}, with the live row of an embedding. */
  public static void write(MemorySegment target, long version, Embedding embedding) {
    target.set(VERSION, 0, version);
    embedding.copyTo(target.asSlice(Long.BYTES));
  }

  /**
   * Sets the version at the front of a row: {@code from} of a live one, {@code to} of a superseded
   * one.
   */
  public static void setVersion(byte[] row, long version) {
    BigEndian.putLong(row, 0, version);
  }

  /** The version at the front of a row. */
  public static long version(byte[] row) {
    return new ByteReader(row, 0).u64();
  }

  /** The components, little-endian, unaligned. */
  public static MemorySegment floats(byte[] row) {
    return MemorySegment.ofArray(row).asSlice(8);
  }

  /** A copy of the components. */
  public static float[] vector(byte[] row) {
    MemorySegment floats = floats(row);
    float[] vector = new float[(int) (floats.byteSize() / 4)];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = floats.getAtIndex(FLOAT_LE, i);
    }
    return vector;
  }
}
