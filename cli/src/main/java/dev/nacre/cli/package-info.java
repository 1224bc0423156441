/**
 * The {@code nacre} command, one class for each subcommand: {@link dev.nacre.cli.Main} starts it.
 * Uses the public API only; nothing uses it.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.cli;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
