package dev.nacre.store;

import dev.nacre.model.ReadPoint;

/** Holds history: what it needs is not dropped until it is closed. Thread-safe. */
public interface Pin extends AutoCloseable {
  /** What it was taken at. */
  ReadPoint readPoint();

  /** From now on it needs nothing before {@code version}; it never goes back. */
  void advanceTo(long version);

  /** Lets go. Idempotent, never blocks; also after the store was closed. */
  @Override
  void close();
}
