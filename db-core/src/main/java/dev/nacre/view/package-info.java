/**
 * What every derived view of the log shares: it records the version it has applied and catches up.
 * The log knows no view.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.view;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
