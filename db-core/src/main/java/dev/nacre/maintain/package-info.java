/**
 * What looking after a database takes and answers, as plain, immutable data: backups, verification,
 * repair, export and import.
 *
 * <p>The calls themselves are on {@code dev.nacre.Database} (what a running database does) and
 * {@code dev.nacre.Maintenance} (what is done to a directory). Depends on {@code dev.nacre.model}
 * and {@code dev.nacre.error} only.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.maintain;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
