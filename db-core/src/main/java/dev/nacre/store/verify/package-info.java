/**
 * Reads everything in a store's directory and compares it: the log with records, history and
 * vectors; and mends what a power cut leaves behind. Works on a directory, not on an open store.
 *
 * <p>Start at {@link dev.nacre.store.verify.StoreVerification} and {@link
 * dev.nacre.store.verify.PowerCut}.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.store.verify;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
