/**
 * What is measured on: real texts with their embeddings and clustered vectors made with a fixed
 * seed. {@link dev.nacre.bench.data.Datasets} is the entry.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.bench.data;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
