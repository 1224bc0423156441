/**
 * Every failure a caller can meet, as one sealed hierarchy under {@link
 * dev.nacre.error.NacreException}.
 *
 * <p>Callers switch on the type or on {@link dev.nacre.error.ErrorCode}, never on the text. Depends
 * on nothing.
 */
@NullMarked
package dev.nacre.error;

import org.jspecify.annotations.NullMarked;
