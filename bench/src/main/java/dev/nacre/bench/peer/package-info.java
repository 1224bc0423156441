/** Other vector libraries, each in a process of its own. */
@NullMarked
@CheckReturnValue
package dev.nacre.bench.peer;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
