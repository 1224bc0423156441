/**
 * Conditions over metadata as a typed tree and as text: {@link dev.nacre.filter.Filter} is the
 * entry. Depends on {@code dev.nacre.model} and {@code dev.nacre.error}.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.filter;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
