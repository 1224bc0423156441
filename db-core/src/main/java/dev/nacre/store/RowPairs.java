package dev.nacre.store;

import dev.nacre.store.layout.RecordRow;
import org.jspecify.annotations.Nullable;

/**
 * Keys in order, each with its rows at the two moments of a diff, expired or not. For one thread.
 */
interface RowPairs extends AutoCloseable {
  /** Moves to the next key; returns whether there is one. */
  boolean next();

  /** The key. */
  byte[] key();

  /** Its live row before, or null. */
  @Nullable RecordRow before();

  /** Its live row after, or null. */
  @Nullable RecordRow after();

  @Override
  void close();
}
