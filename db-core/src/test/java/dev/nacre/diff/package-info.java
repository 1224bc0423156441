/** Tests of diffs. */
@NullMarked
package dev.nacre.diff;

import org.jspecify.annotations.NullMarked;
