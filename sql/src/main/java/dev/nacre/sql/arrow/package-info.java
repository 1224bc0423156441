/**
 * Records as Arrow tables: the one package that knows Arrow. {@code docs/reference/arrow.md} draws
 * the columns.
 *
 * <p>Start at {@link dev.nacre.sql.arrow.ArrowExport} and {@link dev.nacre.sql.arrow.ArrowImport}.
 * May depend on the vocabulary, on {@link dev.nacre.store.Store} and on what {@code
 * dev.nacre.store.maintain} shares between forms of export.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.sql.arrow;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
