/**
 * The product: {@link dev.nacre.Database} is the one type to start from, {@link
 * dev.nacre.ReactiveDatabase} the same for Reactor. Requests here and in {@code dev.nacre.model}
 * and {@code dev.nacre.search} are plain data.
 */
@NullMarked
@CheckReturnValue
package dev.nacre;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
