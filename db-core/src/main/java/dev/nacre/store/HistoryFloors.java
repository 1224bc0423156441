package dev.nacre.store;

import dev.nacre.error.HistoryDroppedException;
import dev.nacre.store.commit.NamespaceEntry;
import java.util.Map;

/**
 * Refuses to read what retention has dropped. The sweeper raises the floors of a namespace before
 * any row goes; so a read that asks here <em>after</em> it has read has either seen everything or
 * is refused.
 */
final class HistoryFloors {
  private HistoryFloors() {}

  /**
   * Refuses to read changes that are not all there any more.
   *
   * @param first the first version whose changes are to be read
   */
  static void checkLog(NamespaceEntry namespace, long first) {
    // What was written before the namespace was created cannot have been dropped.
    long oldest = Math.max(first, namespace.createdVersion());
    if (oldest >= namespace.floors().log()) {
      return;
    }
    long floor = namespace.settledFloors().log();
    if (oldest < floor) {
      throw dropped(
          "changes of namespace \""
              + namespace.name()
              + "\" before version "
              + floor
              + " were dropped by its retention, and version "
              + first
              + " was asked for; read the namespace as it is now, and go on from there",
          namespace,
          first,
          floor);
    }
  }

  /** Refuses to read a namespace as of a version that can no longer be told. */
  static void checkReadable(NamespaceEntry namespace, long version) {
    if (version >= namespace.floors().history()) {
      return;
    }
    long floor = namespace.settledFloors().history();
    if (version < floor) {
      throw dropped(
          "namespace \""
              + namespace.name()
              + "\" cannot be read as of version "
              + version
              + " any more: its retention has dropped history; the oldest version left is "
              + floor,
          namespace,
          version,
          floor);
    }
  }

  /**
   * Refuses what was found of a namespace that was dropped as a whole. Its rows went by range
   * deletions, which reads ignore: of what they cover compactions may have taken a newer row and
   * left an older one, so nothing that is still found can be trusted. To be asked after the
   * look-up.
   */
  static void checkNotDropped(NamespaceEntry namespace, long version) {
    if (namespace.isDropped()) {
      checkReadable(namespace, version);
    }
  }

  private static HistoryDroppedException dropped(
      String message, NamespaceEntry namespace, long version, long oldest) {
    return new HistoryDroppedException(
        message,
        Map.of(
            "namespace",
            namespace.name(),
            "version",
            Long.toString(version),
            "oldest",
            Long.toString(oldest)));
  }
}
