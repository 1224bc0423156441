/**
 * How measurements are summed up and printed: {@link dev.nacre.bench.report.Report} is the entry.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.bench.report;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
