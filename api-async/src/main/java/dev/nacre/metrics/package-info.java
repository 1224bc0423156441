/**
 * Metrics of a database for Micrometer. The only package that needs it: without Micrometer on the
 * path, everything else works as before.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.metrics;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
