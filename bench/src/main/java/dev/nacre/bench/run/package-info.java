/** One class for each question that the driver answers: puts, gets, loading, searching. */
@NullMarked
@CheckReturnValue
package dev.nacre.bench.run;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
