/**
 * The change feed as plain data: {@link dev.nacre.feed.WatchRequest} is the entry, {@link
 * dev.nacre.feed.ChangeEvent} what comes. Depends on {@code dev.nacre.model} and {@code
 * dev.nacre.error} only.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.feed;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
