/**
 * The path of a write: checked and encoded by its caller ({@link
 * dev.nacre.store.commit.CommitPreparer}), queued, judged and versioned in order by one thread
 * ({@link dev.nacre.store.commit.GroupCommitter}), written as a group, published, acknowledged.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.store.commit;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
