/** One page of Java per task, each with a {@code main}, all run in the build. */
@NullMarked
@CheckReturnValue
package dev.nacre.examples;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
