package dev.nacre.similarity.device;

import java.lang.foreign.MemorySegment;

/**
 * One compute device with its memory and our kernels. Not thread-safe: {@link DeviceSimilarity}
 * calls it by one thread at a time, and never after {@link #close}.
 *
 * <p>Memory is named by opaque handles. Every failure is typed and names the native call and its
 * code: {@link dev.nacre.error.ResourceExhaustedException} when memory is short, {@link
 * dev.nacre.error.UnavailableException} otherwise.
 *
 * <p><b>Arithmetic.</b> Scores are sums of float32 products, or squared differences, in any order,
 * each operation rounded to nearest or fused; numbers below the smallest normal float may count as
 * zero. {@link ErrorBound} relies on this and on nothing else.
 */
public interface Device extends AutoCloseable {
  /** Rows whose best score is kept for choosing; chunks hold a multiple of so many. */
  int GROUP_ROWS = 64;

  /** The provider, as {@code NACRE_SIMILARITY} spells it. */
  String provider();

  /** What the device calls itself, with driver and memory. */
  String description();

  /** Its memory in bytes. */
  long memoryBytes();

  /** The most one buffer may take, in bytes. */
  long bufferBytesMax();

  /** Queries that a kernel compares with a row at once; buffers have room for a multiple. */
  int queryTile();

  /**
   * Takes so much memory, at least 1 byte; its contents are undefined.
   *
   * @return its handle, never 0
   * @throws dev.nacre.error.ResourceExhaustedException when the device has not so much left
   */
  long allocate(long bytes);

  /** Gives memory back. */
  void free(long handle);

  /** Copies off-heap memory into a buffer at {@code offset} bytes; done when it returns. */
  void write(long handle, long offset, MemorySegment from);

  /** Copies from a buffer at {@code offset} bytes into off-heap memory; done when it returns. */
  void read(long handle, long offset, MemorySegment to);

  /** Scores queries against the rows of a chunk; it has run when a later read returns. */
  void score(Scoring scoring);

  /** Collects the rows that reach a threshold; it has run when a later read returns. */
  void select(Selecting selecting);

  /** Waits for what was begun, and gives everything back. Called once. */
  @Override
  void close();

  /**
   * What {@link #score} does: {@code scores[q * rowLimit + first + r]} becomes the score of query q
   * and the r-th row of the chunk, minus infinity where the mask has no bit, and {@code maxima[q *
   * rowLimit / 64 + (first + r) / 64]} the best of its group.
   *
   * @param distances negated squared distances instead of inner products
   * @param rows buffer of the chunk's rows
   * @param queries buffer of the queries
   * @param queryCount queries; there is memory for a multiple of the query tile, which may be
   *     scored
   * @param scores buffer of scores
   * @param maxima buffer of the best score of each group
   * @param mask buffer with a bit for each row of all chunks, or 0 when all count
   * @param first the number of the chunk's first row, a multiple of {@link #GROUP_ROWS}
   * @param count rows of the chunk that take part
   * @param stride floats in a row
   * @param rowLimit from one query's scores to the next one's, a multiple of {@link #GROUP_ROWS}
   */
  record Scoring(
      boolean distances,
      long rows,
      long queries,
      int queryCount,
      long scores,
      long maxima,
      long mask,
      int first,
      int count,
      int stride,
      int rowLimit) {}

  /**
   * What {@link #select} does: for each query it counts rows whose score is at least its threshold,
   * and writes the numbers of the first {@code capacity}, in any order.
   *
   * @param scores buffer of scores
   * @param maxima buffer of the best score of each group
   * @param thresholds buffer with a finite float for each query
   * @param counts buffer with an int for each query, zero before
   * @param found buffer of {@code capacity} ints for each query
   * @param queryCount queries
   * @param count rows
   * @param rowLimit from one query's scores to the next one's
   * @param capacity rows kept of each query
   */
  record Selecting(
      long scores,
      long maxima,
      long thresholds,
      long counts,
      long found,
      int queryCount,
      int count,
      int rowLimit,
      int capacity) {}
}
