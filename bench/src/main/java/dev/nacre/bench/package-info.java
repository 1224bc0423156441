/**
 * The driver: {@code dev.nacre.bench.Bench} runs everything and prints ratios beside the baselines.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.bench;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
