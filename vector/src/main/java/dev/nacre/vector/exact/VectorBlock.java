package dev.nacre.vector.exact;

import dev.nacre.similarity.SimilarityProvider;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Rows of vectors in off-heap memory, append only. A row has a key (by id), and the interval of
 * versions [from, to) in which it was its key's vector.
 *
 * <p><b>Threads.</b> One writer appends and ends rows, under its owner's lock. Any number of
 * readers look at rows below a count that reached them by safe publication after those rows were
 * written; they hold a reference meanwhile. The end of a row ({@link #end}) changes under them,
 * once, from {@link #LIVE} to a version newer than theirs, so what they see makes no difference to
 * them: a row is live at version v when {@code to(row) > v}.
 *
 * <p><b>Memory.</b> Chunks grow by doubling up to about 4 MiB, and nothing is ever copied: a space
 * of three vectors costs a few KiB. All is freed with the last reference.
 */
public final class VectorBlock extends Counted {
  /** The end of a row that has not ended. */
  public static final long LIVE = Long.MAX_VALUE;

  private static final int FIRST_ROWS = 16;
  private static final int CHUNK_BYTES = 4 << 20;
  private static final VarHandle ENDS = MethodHandles.arrayElementVarHandle(long[].class);

  private final Arena arena = Arena.ofShared();
  private final MemoryMeter meter;
  private final int stride;
  private final int fullRows;
  private final int doublings;
  private volatile Chunk[] chunks = new Chunk[0];
  private int rows;
  private int capacity;
  private int ended;
  private volatile long bytes;
  private final List<Runnable> afterFree = new CopyOnWriteArrayList<>();

  /** Part of the rows; arrays are indexed by row within the chunk. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Chunk(int first, MemorySegment floats, int[] keys, long[] from, long[] to) {}

  /** Receives runs of adjacent rows. */
  @FunctionalInterface
  public interface RunSink {
    /**
     * Takes {@code count} rows from {@code first} on.
     *
     * @param floats memory that starts with the first row
     */
    void accept(int first, MemorySegment floats, int count);
  }

  /**
   * An empty block.
   *
   * @param dimension of its vectors
   * @param meter is told of memory taken and freed
   */
  public VectorBlock(int dimension, MemoryMeter meter) {
    this.stride = SimilarityProvider.stride(dimension);
    this.meter = meter;
    int rowBytes = stride * Float.BYTES;
    this.fullRows = Math.max(FIRST_ROWS, Integer.highestOneBit(CHUNK_BYTES / rowBytes));
    this.doublings =
        Integer.numberOfTrailingZeros(fullRows) - Integer.numberOfTrailingZeros(FIRST_ROWS);
  }

  /**
   * Appends a live row and returns its number.
   *
   * @param vector prepared and padded
   */
  public int append(int key, long from, float[] vector) {
    if (rows == capacity) {
      grow();
    }
    int row = rows;
    Chunk chunk = chunk(row);
    int index = row - chunk.first;
    MemorySegment.copy(
        vector,
        0,
        chunk.floats,
        ValueLayout.JAVA_FLOAT,
        (long) index * stride * Float.BYTES,
        stride);
    chunk.keys[index] = key;
    chunk.from[index] = from;
    chunk.to[index] = LIVE;
    rows = row + 1;
    return row;
  }

  /** Ends a live row at {@code version}: from it on the row is not its key's vector. */
  public void end(int row, long version) {
    Chunk chunk = chunk(row);
    ENDS.setOpaque(chunk.to, row - chunk.first, version);
    ended++;
  }

  /** Rows appended so far; for the writer. */
  public int rows() {
    return rows;
  }

  /** Rows that have ended; for the writer. */
  public int ended() {
    return ended;
  }

  /** Off-heap bytes taken. */
  public long bytes() {
    return bytes;
  }

  /** Floats in a row, padding included. */
  public int stride() {
    return stride;
  }

  /** The key of a row. */
  public int key(int row) {
    Chunk chunk = chunk(row);
    return chunk.keys[row - chunk.first];
  }

  /** The version that wrote a row. */
  public long from(int row) {
    Chunk chunk = chunk(row);
    return chunk.from[row - chunk.first];
  }

  /** The version that ended a row, or {@link #LIVE}. */
  public long to(int row) {
    Chunk chunk = chunk(row);
    return (long) ENDS.getOpaque(chunk.to, row - chunk.first);
  }

  /** Copies a row into {@code target}, which has room for its padding. */
  public void copy(int row, float[] target) {
    Chunk chunk = chunk(row);
    MemorySegment.copy(
        chunk.floats,
        ValueLayout.JAVA_FLOAT,
        (long) (row - chunk.first) * stride * Float.BYTES,
        target,
        0,
        stride);
  }

  /** Hands out rows [first, end) in runs of at most {@code most} that are adjacent in memory. */
  public void runs(int first, int end, int most, RunSink sink) {
    int row = first;
    while (row < end) {
      Chunk chunk = chunk(row);
      int index = row - chunk.first;
      int count = Math.min(Math.min(end - row, most), chunk.keys.length - index);
      long rowBytes = (long) stride * Float.BYTES;
      sink.accept(row, chunk.floats.asSlice(index * rowBytes, count * rowBytes), count);
      row += count;
    }
  }

  /** Runs something when the last reference is gone; the caller holds one meanwhile. */
  public void whenFreed(Runnable action) {
    afterFree.add(action);
  }

  @Override
  protected void free() {
    arena.close();
    meter.add(-bytes);
    afterFree.forEach(Runnable::run);
  }

  @Override
  public String toString() {
    return "VectorBlock[stride " + stride + "]";
  }

  private Chunk chunk(int row) {
    return chunks[chunkOf(row)];
  }

  /** Chunks hold 16, 16, 32, 64 ... rows until they are full-sized. */
  private int chunkOf(int row) {
    if (row >= fullRows) {
      return doublings + row / fullRows;
    }
    return row < FIRST_ROWS
        ? 0
        : Integer.SIZE
            - Integer.numberOfLeadingZeros(row)
            - Integer.numberOfTrailingZeros(FIRST_ROWS);
  }

  private void grow() {
    int count = capacity == 0 ? FIRST_ROWS : Math.min(capacity, fullRows);
    long size = (long) count * stride * Float.BYTES;
    MemorySegment floats = arena.allocate(size, SimilarityProvider.LANES * Float.BYTES);
    Chunk[] grown = Arrays.copyOf(chunks, chunks.length + 1);
    grown[chunks.length] =
        new Chunk(capacity, floats, new int[count], new long[count], new long[count]);
    chunks = grown;
    capacity += count;
    long total = bytes + size;
    bytes = total;
    meter.add(size);
  }
}
