/** Measuring that costs next to nothing where it is done. Depends on {@code dev.nacre.maintain}. */
@NullMarked
@CheckReturnValue
package dev.nacre.measure;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
