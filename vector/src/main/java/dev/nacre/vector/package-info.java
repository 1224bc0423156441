/**
 * The search engine over a store, for Nacre's own modules: {@link dev.nacre.vector.VectorEngine} is
 * the entry.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.vector;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
