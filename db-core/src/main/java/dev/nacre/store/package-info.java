/**
 * The versioned store, for Nacre's own modules: {@link dev.nacre.store.Store} is the entry. Reads
 * block; commits are asynchronous. {@code dev.nacre.Database} is what users meet.
 *
 * <p>The path of a write: {@code Store.commit} → {@code store.commit} (queue, judge, version,
 * group) → {@code store.rocks} (one write, one fsync) → visible version published → futures
 * completed. The path of a read: visible version → {@code head}, then {@code history}.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.store;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
