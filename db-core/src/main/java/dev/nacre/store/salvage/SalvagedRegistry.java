package dev.nacre.store.salvage;

import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.store.layout.FloorRow;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.PurgeRow;
import dev.nacre.store.layout.RegistryRows;
import dev.nacre.store.layout.RegistryRows.NamespaceRow;
import dev.nacre.store.layout.RegistryRows.SpaceRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is left of {@code meta}. A row that was written again is in several files; which one is the
 * newest follows from what it says. For one thread.
 */
final class SalvagedRegistry {
  private static final long LIVE = Long.MAX_VALUE;

  private final Map<Integer, NamespaceRow> namespaces = new HashMap<>();
  private final SortedMap<Long, Map<Integer, NamespaceOptions>> options = new TreeMap<>();
  private final SortedMap<Long, List<Integer>> deletions = new TreeMap<>();
  private final Map<Integer, Map<Integer, EmbeddingSpace>> spaces = new HashMap<>();
  private final Map<Integer, FloorRow> floors = new HashMap<>();
  private final Map<Long, PurgeRow> purges = new HashMap<>();
  private final Set<Integer> named = new HashSet<>();

  /** Takes a row of {@code meta}. */
  void take(byte[] key, byte[] value) {
    switch (key[0]) {
      case 'n' -> {
        NamespaceRow row = NamespaceRow.parse(value);
        // Deleting is the only thing that changes it.
        var _ =
            namespaces.merge(
                Keys.intAt(key, 1),
                row,
                (one, other) -> one.deletedVersion() == LIVE ? other : one);
      }
      case 'o' -> {
        var _ =
            options
                .computeIfAbsent(Keys.longAt(key, 5), version -> new HashMap<>())
                .put(Keys.intAt(key, 1), RegistryRows.parseOptions(value));
      }
      case 's' -> {
        var _ =
            spaces
                .computeIfAbsent(Keys.intAt(key, 1), id -> new HashMap<>())
                .put(Keys.intAt(key, 5), SpaceRow.parse(value).space());
      }
      case 'f' -> {
        var _ =
            floors.merge(
                Keys.intAt(key, 1),
                FloorRow.parse(value),
                (one, other) -> one.history() >= other.history() ? one : other);
      }
      case 'e' -> {
        PurgeRow row = PurgeRow.parse(value);
        var _ =
            purges.merge(
                Keys.longAt(key, 1),
                row,
                (one, other) -> one.state().compareTo(other.state()) >= 0 ? one : other);
      }
      default -> {
        // Lineage, idempotency keys, backups: of the old directory.
      }
    }
  }

  /** Every row was taken. */
  void end() {
    namespaces.forEach(
        (id, row) -> {
          if (row.deletedVersion() != LIVE) {
            deletions.computeIfAbsent(row.deletedVersion(), version -> new ArrayList<>()).add(id);
          }
        });
  }

  /** The name of a namespace; one that stands for it when it is lost. */
  String name(int id) {
    named.add(id);
    NamespaceRow row = namespaces.get(id);
    return row == null ? "salvaged-" + id : row.name();
  }

  /** The namespaces that {@link #name} was asked for. */
  Set<Integer> asked() {
    return named;
  }

  boolean isKnown(int id) {
    return namespaces.containsKey(id);
  }

  boolean isDeleted(int id) {
    NamespaceRow row = namespaces.get(id);
    return row != null && row.deletedVersion() != LIVE;
  }

  /** Whether it was deleted at or before a version. */
  boolean isGone(int id, long version) {
    NamespaceRow row = namespaces.get(id);
    return row != null && row.deletedVersion() <= version;
  }

  Map<Integer, NamespaceOptions> optionsAt(long version) {
    return options.getOrDefault(version, Map.of());
  }

  List<Integer> deletedAt(long version) {
    return deletions.getOrDefault(version, List.of());
  }

  /** The newest version that the registry knows of. */
  long lastVersion() {
    long last = options.isEmpty() ? 0 : options.lastKey();
    return Math.max(last, deletions.isEmpty() ? 0 : deletions.lastKey());
  }

  @Nullable EmbeddingSpace space(int namespace, int space) {
    return spaces.getOrDefault(namespace, Map.of()).get(space);
  }

  /** What retention has dropped of a namespace. */
  FloorRow floor(int id) {
    return floors.getOrDefault(id, FloorRow.NONE);
  }

  /** Whether a purge that was not finished covers a record. */
  boolean isPurged(int namespace, byte[] key, long version) {
    for (PurgeRow purge : purges.values()) {
      if (purge.state() == PurgeRow.State.ERASING && version <= purge.version()) {
        for (int id : purge.namespaces()) {
          if (id == namespace && purge.target().covers(key)) {
            return true;
          }
        }
      }
    }
    return false;
  }
}
