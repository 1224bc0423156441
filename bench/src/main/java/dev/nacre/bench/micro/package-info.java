/**
 * Micro benchmarks of the hot paths, run by JMH: one class for each question, contenders as
 * parameters. Run them with {@code bench/run jmh PATTERN}.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.bench.micro;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
