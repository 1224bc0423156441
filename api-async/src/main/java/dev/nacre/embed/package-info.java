/**
 * Turning texts into vectors: {@link dev.nacre.embed.Embedder} is what a model implements and a
 * database is configured with. Depends on {@code dev.nacre.model} only.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.embed;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
