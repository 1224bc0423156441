package dev.nacre.similarity;

import java.lang.foreign.MemorySegment;

/** Compares a block as pairs, one row after the other, so that memory is one stream. */
abstract class RowByRow implements SimilarityProvider {
  /**
   * The inner product of a query and a row.
   *
   * @param offset of the query in {@code queries}, in floats
   * @param at where the row starts in {@code rows}, in bytes
   */
  abstract float innerProduct(float[] queries, int offset, MemorySegment rows, long at, int stride);

  /** Their squared distance. */
  abstract float squaredDistance(
      float[] queries, int offset, MemorySegment rows, long at, int stride);

  @Override
  public final void innerProducts(
      float[] queries,
      int queryCount,
      MemorySegment rows,
      int rowCount,
      int stride,
      float[] scores) {
    for (int row = 0; row < rowCount; row++) {
      long at = (long) row * stride * Float.BYTES;
      for (int query = 0; query < queryCount; query++) {
        scores[query * rowCount + row] = innerProduct(queries, query * stride, rows, at, stride);
      }
    }
  }

  @Override
  public final void negatedSquaredDistances(
      float[] queries,
      int queryCount,
      MemorySegment rows,
      int rowCount,
      int stride,
      float[] scores) {
    for (int row = 0; row < rowCount; row++) {
      long at = (long) row * stride * Float.BYTES;
      for (int query = 0; query < queryCount; query++) {
        // Zero minus: the score of no distance is 0 and not -0.
        scores[query * rowCount + row] =
            0 - squaredDistance(queries, query * stride, rows, at, stride);
      }
    }
  }
}
