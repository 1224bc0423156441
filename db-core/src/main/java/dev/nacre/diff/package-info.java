/**
 * What differs between two moments, as plain data: {@link dev.nacre.diff.DiffRequest} is the entry,
 * {@link dev.nacre.diff.RecordDiff} what comes out. Depends on {@code dev.nacre.model} and {@code
 * dev.nacre.error} only.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.diff;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
