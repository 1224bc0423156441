package dev.nacre.similarity.device;

/**
 * How far a device's score can be from the host's, so that what a device leaves out cannot be among
 * the nearest.
 *
 * <p><b>Proof.</b> Let u = 2^-24 and g = n u / (1 - n u), n the floats in a row and a few more. A
 * sum of n products, in any order and fused or not, is within g * sum |q_i r_i| of the true one, so
 * within g |q| R, where R is the longest row: host and device differ by at most 2 g |q| R. Let k
 * rows have device scores of at least t. Then k rows have host scores of at least t - 2 g |q| R, so
 * has every one of the host's k nearest, and its device score is at least t - 4 g |q| R.
 *
 * <p>A squared distance is a sum of what is not negative: every rounding is relative, and both
 * scores lie within the factors 1 - g and 1 + g of the true one. With p = (1 + g) / (1 - g), k
 * device scores of at least t put the host's k nearest at t p or better, and their device scores at
 * t p p or better (t is negative).
 *
 * <p>A device may take numbers below 2^-126 for zero, in what it reads and in what it computes. For
 * every component that changes a product by at most 2^-126 (|q_i| + |r_i| + 2), a squared
 * difference by less than 2^-123 (|q_i| + |r_i| + 1); the sum is allowed for on top. Nothing
 * overflows while every partial sum stays within a quarter of the greatest float; beyond, there is
 * no bound, and the host compares.
 */
final class ErrorBound {
  private static final double UNIT = 0x1p-24;
  private static final double TINY = 0x1p-121;
  private static final double GREATEST = Float.MAX_VALUE / 4.0;

  /** Roundings beyond one for each component: of differences, and of adding partial sums. */
  private static final int MORE_ROUNDINGS = 16;

  private final boolean distances;
  private final double spread;
  private final double growth;
  private final double tiny;
  private final boolean finite;

  /**
   * The bound for one query.
   *
   * @param distances whether scores are negated squared distances
   * @param stride floats in a row
   * @param queryLength the length of the query
   * @param rowLengthMax the length of the longest row
   */
  ErrorBound(boolean distances, int stride, double queryLength, double rowLengthMax) {
    double roundings = (stride + MORE_ROUNDINGS) * UNIT;
    double relative = roundings / (1 - roundings);
    double factor = (1 + relative) / (1 - relative);
    double reach =
        distances
            ? (queryLength + rowLengthMax) * (queryLength + rowLengthMax)
            : queryLength * rowLengthMax;
    this.distances = distances;
    this.spread = 4 * relative * queryLength * rowLengthMax;
    this.growth = factor * factor;
    this.tiny = stride * TINY * (1 + queryLength + rowLengthMax);
    this.finite = reach < GREATEST && queryLength < GREATEST && rowLengthMax < GREATEST;
  }

  /** Whether there is a bound. */
  boolean isFinite() {
    return finite;
  }

  /**
   * The device score that every one of the host's k nearest reaches, when k rows have device scores
   * of at least {@code kth}.
   */
  float floor(float kth) {
    double floor = (distances ? kth * growth : kth - spread) - tiny;
    // Down, twice: once for the rounding to float, once for those above.
    return Math.nextDown(Math.nextDown((float) floor));
  }

  /** How far a device's score may be from the host's, both being scores of {@code score}. */
  double tolerance(float score) {
    return (distances ? (growth - 1) * Math.abs((double) score) : spread / 2) + tiny;
  }
}
