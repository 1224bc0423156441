/**
 * Versioned memory for AI agents, in process: start at {@link dev.nacre.Database}.
 *
 * <p>Everything is asynchronous. Requests and results are plain data; failures are {@link
 * dev.nacre.error.NacreException}s.
 */
@NullMarked
@CheckReturnValue
package dev.nacre;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
