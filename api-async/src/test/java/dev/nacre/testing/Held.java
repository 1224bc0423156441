package dev.nacre.testing;

/**
 * Lets go of what a test holds. Declared after the database in a try-with-resources statement it
 * runs before the database is closed: closing waits for calls in flight, so a test that fails while
 * it holds storage would otherwise hang instead of saying why.
 */
@FunctionalInterface
public interface Held extends AutoCloseable {
  @Override
  void close();
}
