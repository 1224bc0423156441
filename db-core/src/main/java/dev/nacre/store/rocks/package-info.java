/**
 * The only package that knows RocksDB: column families, point reads, cursors, group writes and the
 * check of the write-ahead log. Entry: {@link dev.nacre.store.rocks.RocksEngine}. It knows bytes,
 * not records.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.store.rocks;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
