package dev.nacre.view;

/**
 * Something derived from the log: it can be deleted, is rebuilt from the store, and catches up when
 * asked. Thread-safe.
 */
public interface View extends AutoCloseable {
  /** What it is, for messages. */
  String name();

  /** The newest version it has applied, 0 before it was first used. */
  long appliedVersion();

  /**
   * Catches up, at least to {@code version}, which must be visible; returns at once when it is
   * there. May block.
   */
  void advanceTo(long version);

  /** Releases what it holds; files stay. */
  @Override
  void close();
}
