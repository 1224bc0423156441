/**
 * What compares vectors in an engine: {@link dev.nacre.similarity.choice.SimilarityChoice} knows
 * all providers, of the host and of devices.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.similarity.choice;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
