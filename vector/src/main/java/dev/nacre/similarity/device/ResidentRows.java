package dev.nacre.similarity.device;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows of one block that lie in a device's memory: its first ones, as many as were uploaded. Made
 * and closed by {@link DeviceSimilarity}; everything else happens under its lock.
 */
public final class ResidentRows implements AutoCloseable {
  private final DeviceSimilarity owner;
  private final int stride;
  private final List<Chunk> chunks = new ArrayList<>();
  private int rows;
  private double squaresMax;
  private long usedNanos;
  private boolean closed;

  /**
   * A buffer of rows.
   *
   * @param first the number of its first row, a multiple of {@link Device#GROUP_ROWS}
   * @param capacity rows it has room for, a multiple likewise
   */
  record Chunk(long handle, int first, int capacity) {}

  ResidentRows(DeviceSimilarity owner, int stride) {
    this.owner = owner;
    this.stride = stride;
  }

  /** Floats in a row. */
  int stride() {
    return stride;
  }

  /** Bytes of a row. */
  long rowBytes() {
    return (long) stride * Float.BYTES;
  }

  /** Rows that are there. */
  int rows() {
    return rows;
  }

  /** Rows there is room for. */
  int capacity() {
    return chunks.isEmpty() ? 0 : chunks.getLast().first + chunks.getLast().capacity;
  }

  /** Bytes of device memory. */
  long bytes() {
    return capacity() * rowBytes();
  }

  /** The length of the longest row. */
  double lengthMax() {
    return Math.sqrt(squaresMax);
  }

  List<Chunk> chunks() {
    return chunks;
  }

  long usedNanos() {
    return usedNanos;
  }

  void used(long nanos) {
    usedNanos = nanos;
  }

  boolean isClosed() {
    return closed;
  }

  void add(Chunk chunk) {
    chunks.add(chunk);
  }

  /** Copies rows behind those that are there; there is room. */
  void append(Device device, MemorySegment floats, int count) {
    int taken = 0;
    while (taken < count) {
      Chunk chunk = chunkOf(rows);
      int part = Math.min(count - taken, chunk.first + chunk.capacity - rows);
      MemorySegment source = floats.asSlice(taken * rowBytes(), part * rowBytes());
      device.write(chunk.handle, (rows - chunk.first) * rowBytes(), source);
      measure(source, part);
      rows += part;
      taken += part;
    }
  }

  /** Forgets everything; the caller frees the chunks. */
  void clear() {
    chunks.clear();
    rows = 0;
    squaresMax = 0;
  }

  void markClosed() {
    closed = true;
  }

  private Chunk chunkOf(int row) {
    for (int i = chunks.size() - 1; i >= 0; i--) {
      if (chunks.get(i).first <= row) {
        return chunks.get(i);
      }
    }
    throw new IllegalStateException("no room for row " + row);
  }

  private void measure(MemorySegment floats, int count) {
    for (long row = 0; row < count; row++) {
      double squares = 0;
      for (long i = row * stride; i < (row + 1) * stride; i++) {
        double component = floats.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i);
        squares += component * component;
      }
      // Also when it is not a number: then there is no bound.
      squaresMax = squares <= squaresMax ? squaresMax : squares;
    }
  }

  /** Gives the memory back. Idempotent, from any thread; waits for a search of these rows. */
  @Override
  public void close() {
    owner.close(this);
  }
}
