package dev.nacre.similarity;

import java.lang.foreign.MemorySegment;

/**
 * Compares a block of queries with a block of rows. Thread-safe and stateless.
 *
 * <p><b>Layout.</b> Rows are float32 in native byte order, one after the other, each padded with
 * zeros to {@code stride} floats, a multiple of {@link #LANES}; queries likewise, in one array.
 * Zeros change neither an inner product nor a distance, so no kernel has a tail.
 *
 * <p><b>Determinism.</b> The score of a query and a row depends on their components only, never on
 * the position of the row or on its neighbours, and is bitwise the same from the block methods and
 * from the pair methods: a row keeps its score when it moves from one tier to another.
 *
 * <p>There are two kernels. Cosine is the inner product of vectors that were scaled to length one
 * before ({@link Vectors}).
 */
public interface SimilarityProvider {
  /** Rows and queries are padded to a multiple of this many floats: 64 bytes. */
  int LANES = 16;

  /** Its name, as {@code NACRE_SIMILARITY} spells it. */
  String name();

  /**
   * How it adds up: where this is the same, so are the scores to the last bit, whatever the process.
   */
  default String arithmetic() {
    return name();
  }

  /**
   * Inner products: {@code scores[q * rowCount + r]} becomes the one of query q and row r.
   *
   * @param queries {@code queryCount} queries of {@code stride} floats
   * @param rows off-heap memory that starts with {@code rowCount} rows
   */
  void innerProducts(
      float[] queries,
      int queryCount,
      MemorySegment rows,
      int rowCount,
      int stride,
      float[] scores);

  /** Negated squared Euclidean distances, laid out as {@link #innerProducts} does. */
  void negatedSquaredDistances(
      float[] queries,
      int queryCount,
      MemorySegment rows,
      int rowCount,
      int stride,
      float[] scores);

  /** The inner product of two padded vectors of equal length. */
  float innerProduct(float[] query, float[] row);

  /** The negated squared Euclidean distance of two padded vectors of equal length. */
  float negatedSquaredDistance(float[] query, float[] row);

  /** The number of floats a vector of {@code dimension} components takes. */
  static int stride(int dimension) {
    return (dimension + LANES - 1) & -LANES;
  }
}
