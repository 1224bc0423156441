/**
 * What storage does to a process and what a power cut leaves of its files: a library preloaded into
 * a child JVM ({@link dev.nacre.faults.Shim}), the journal it writes, and the images that are made
 * of it. Knows nothing of what is stored.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.faults;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
