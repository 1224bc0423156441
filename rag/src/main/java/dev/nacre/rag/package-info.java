/**
 * From text to what can be found by meaning: {@link dev.nacre.rag.Embedders} is the entry. Depends
 * on the public API of Nacre only.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.rag;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
