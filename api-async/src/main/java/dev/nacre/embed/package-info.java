/** What turns text into vectors: {@link dev.nacre.embed.Embedder}. */
@NullMarked
@CheckReturnValue
package dev.nacre.embed;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
