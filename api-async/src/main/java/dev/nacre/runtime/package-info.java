/**
 * How calls run: life cycle, the choice of thread, calls in flight. Every operation is a {@link
 * dev.nacre.runtime.Operation} and passes {@link dev.nacre.runtime.Dispatcher}. Hidden from users.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.runtime;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
