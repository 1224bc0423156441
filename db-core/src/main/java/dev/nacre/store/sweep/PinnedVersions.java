package dev.nacre.store.sweep;

/** Which history somebody holds. Thread-safe. */
@FunctionalInterface
public interface PinnedVersions {
  /**
   * The oldest version that is held of a namespace of that name; {@link Long#MAX_VALUE} when none
   * is. Asked before floors are raised, to know how far, and after, to know whether that stands.
   */
  long oldest(String namespace);
}
