/**
 * The exact tier: rows of vectors in off-heap memory ({@link dev.nacre.vector.exact.VectorBlock}),
 * the keys they belong to ({@link dev.nacre.vector.exact.KeyTable}), and the best of a scan ({@link
 * dev.nacre.vector.exact.TopHits}). Knows neither the store nor the graph.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.vector.exact;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
