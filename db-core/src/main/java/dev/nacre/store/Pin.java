package dev.nacre.store;

import dev.nacre.model.ReadPoint;

/** Holds history: what it needs is not dropped until it is closed. Thread-safe. */
public interface Pin extends AutoCloseable {
  /** What it was taken at. */
  ReadPoint readPoint();

  /** The visible version when it was taken: what is purged later cannot be read through it. */
  long heldSince();

  /** From now on it needs nothing before {@code version}; it never goes back. */
  void advanceTo(long version);

  /** Lets go. Idempotent, never blocks; also after the store was closed. */
  @Override
  void close();
}
