package dev.nacre.store;

import dev.nacre.error.HistoryDroppedException;
import dev.nacre.store.commit.NamespaceEntry;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.RocksEngine;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Below which version the changes of a namespace have been dropped. Thread-safe. */
final class HistoryFloors {
  private final RocksEngine engine;

  HistoryFloors(RocksEngine engine) {
    this.engine = engine;
  }

  /**
   * Refuses to read changes that are not all there any more.
   *
   * @param first the first version whose changes are to be read
   */
  void check(NamespaceEntry namespace, long first) {
    byte @Nullable [] row = engine.get(ColumnFamily.META, Keys.floor(namespace.id()));
    if (row == null) {
      return;
    }
    long floor = Keys.longAt(row, 0);
    // What was written before the namespace was created cannot have been dropped.
    if (Math.max(first, namespace.createdVersion()) < floor) {
      throw new HistoryDroppedException(
          "changes of namespace \""
              + namespace.name()
              + "\" before version "
              + floor
              + " were dropped by its retention, and version "
              + first
              + " was asked for; read the namespace as it is now, and go on from there",
          Map.of(
              "namespace",
              namespace.name(),
              "version",
              Long.toString(first),
              "oldest",
              Long.toString(floor)));
    }
  }
}
