package dev.nacre.search;

import dev.nacre.error.ValidationException;
import java.util.Map;

/**
 * Hits that are near to the query and not near to each other: maximal marginal relevance (Carbonell
 * and Goldstein, 1998).
 *
 * <p>The nearest records make a pool. Out of it the hits are taken one by one: always the one with
 * the greatest {@code lambda * score - (1 - lambda) * nearest}, where {@code nearest} is the score
 * of the most similar of the hits already taken, by the metric of the space; of equals the one that
 * is nearer to the query.
 *
 * @param lambda 1 for the order of the scores, 0 for hits that differ as much as they can
 * @param pool how many of the nearest records are chosen from, 1–1,000; never fewer than the hits
 *     that are asked for
 */
public record Diversity(double lambda, int pool) {
  /** The largest pool. */
  public static final int POOL_MAX = 1_000;

  /** The pool where none is given. */
  public static final int POOL_DEFAULT = 100;

  /** Checks the ranges. */
  public Diversity {
    if (!(lambda >= 0 && lambda <= 1)) {
      throw new ValidationException(
          "lambda is " + lambda + "; allowed are 0 to 1",
          Map.of("lambda", Double.toString(lambda)));
    }
    if (pool < 1 || pool > POOL_MAX) {
      throw new ValidationException(
          "the pool is " + pool + "; allowed are 1 to " + POOL_MAX,
          Map.of("pool", Integer.toString(pool)));
    }
  }

  /** Out of the nearest 100 records. */
  public static Diversity of(double lambda) {
    return new Diversity(lambda, POOL_DEFAULT);
  }

  /** The same out of the nearest {@code value} records. */
  public Diversity withPool(int value) {
    return new Diversity(lambda, value);
  }
}
