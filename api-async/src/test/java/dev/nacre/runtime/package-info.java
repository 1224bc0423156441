/** Tests of how calls run. */
@NullMarked
package dev.nacre.runtime;

import org.jspecify.annotations.NullMarked;
