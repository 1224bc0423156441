/**
 * What is measured on: real texts with their embeddings ({@link dev.nacre.bench.data.Collection}),
 * and clustered vectors made with a fixed seed.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.bench.data;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
