/**
 * How calls run: {@link dev.nacre.runtime.Dispatcher} is the one narrow place every operation goes
 * through, as a {@link dev.nacre.runtime.Call}. Closed check, calls in flight, deadlines, choice of
 * thread, cancellation and the mapping of failures live here. Depends on store, search and {@code
 * dev.nacre.embed}; knows nothing of {@code dev.nacre}.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.runtime;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
