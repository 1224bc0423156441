/**
 * The sweeper: makes tombstones of what has expired and drops what retention does not keep, a
 * little at a time, through the committer, which alone writes.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.store.sweep;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
