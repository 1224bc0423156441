/** Tests of measuring. */
@NullMarked
package dev.nacre.measure;

import org.jspecify.annotations.NullMarked;
