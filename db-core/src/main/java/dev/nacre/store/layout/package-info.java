/**
 * The bytes on disk: order of keys, encoding of rows, the directory and its format. Each class
 * draws the bytes it owns.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.store.layout;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
