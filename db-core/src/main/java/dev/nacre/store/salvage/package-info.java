/**
 * What is readable of a damaged store, in a new one. Rows are read file by file without RocksDB's
 * help, sorted by version, and committed again under the same versions and times.
 *
 * <p>Start at {@link dev.nacre.store.salvage.Salvage}. The store knows nothing of it.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.store.salvage;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
