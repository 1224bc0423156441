/**
 * The vocabulary of Nacre as plain, immutable data: records, values, writes, commits, versions,
 * requests and pages.
 *
 * <p>Start at {@link dev.nacre.model.VersionedRecord} for what is read and {@link
 * dev.nacre.model.WriteBatch} for what is written. Depends on {@code dev.nacre.error} only.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.model;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
