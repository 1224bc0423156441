package dev.nacre.vector.graph;

/** Some of the documents of a {@link GraphIndex}. Immutable as its reader sees it; thread-safe. */
public interface DocSet {
  /** Whether it holds a document. */
  boolean contains(int doc);

  /** The first document it holds at or after {@code doc}, or -1. */
  int next(int doc);

  /** How many it holds. */
  int count();
}
