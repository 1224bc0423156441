/** Killed processes, seen through the public API. */
@NullMarked
package dev.nacre.crash;

import org.jspecify.annotations.NullMarked;
