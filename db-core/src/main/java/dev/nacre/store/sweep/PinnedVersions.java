package dev.nacre.store.sweep;

/** Which history somebody holds. Thread-safe. */
@FunctionalInterface
public interface PinnedVersions {
  /**
   * The oldest version that is held of a namespace of that name; {@link Long#MAX_VALUE} when none
   * is. Asked before floors are raised.
   */
  long oldest(String namespace);
}
