/**
 * Kernels that compare vectors: {@link dev.nacre.similarity.SimilarityProvider} is the entry,
 * {@link dev.nacre.similarity.SimilarityProviders} chooses one. {@code scalar} is the oracle; every
 * other provider agrees with it in {@code SimilarityProviderContract}.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.similarity;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
