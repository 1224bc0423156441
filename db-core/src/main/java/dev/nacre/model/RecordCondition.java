package dev.nacre.model;

/**
 * Which records are wanted, by their fields: what a {@code dev.nacre.filter.Filter} is to a request
 * of this package, which knows no filters. Immutable plain data; implementations other than filters
 * are asked in process only.
 */
public interface RecordCondition {
  /**
   * Whether a record is wanted. Called on a thread of the store: it must not block.
   *
   * @param fields its metadata, and the declared fields of its value among them
   */
  boolean matches(Metadata fields);
}
