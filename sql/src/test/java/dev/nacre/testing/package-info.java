/** Random histories, exported and imported. */
@NullMarked
@CheckReturnValue
package dev.nacre.testing;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
