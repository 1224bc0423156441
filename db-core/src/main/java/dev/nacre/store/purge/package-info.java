/**
 * Erasing records for good: rows, then every file that quotes them. Entered by {@link
 * dev.nacre.store.purge.PurgeRun}; knows the committer, the registry and RocksDB, and no reads.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.store.purge;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
