/**
 * The baselines: RocksDB and Lucene as somebody would use them who needs nothing else. They store
 * no versions, no history and no log of changes.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.bench.raw;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
