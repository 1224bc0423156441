/**
 * Requests and results of similarity search, as plain data: {@link dev.nacre.search.SearchRequest}
 * is the entry.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.search;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
