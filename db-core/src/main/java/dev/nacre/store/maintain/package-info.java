/**
 * What is done to look after a store: backups and restoring them, repair, export and import. Works
 * on a directory, or on an open store through {@link dev.nacre.store.Store}; the store knows
 * nothing of it.
 *
 * <p>Start at {@link dev.nacre.store.maintain.BackupWriter} and {@link
 * dev.nacre.store.maintain.BackupRestore}.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.store.maintain;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
