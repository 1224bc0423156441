/** Tests of the error family. */
@NullMarked
package dev.nacre.error;

import org.jspecify.annotations.NullMarked;
