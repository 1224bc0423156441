package dev.nacre.store.commit;

import dev.nacre.error.CorruptionException;
import dev.nacre.store.layout.FloorRow;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.PurgeRow;
import dev.nacre.store.layout.RegistryRows;
import dev.nacre.store.layout.RegistryRows.NamespaceRow;
import dev.nacre.store.layout.RegistryRows.SpaceRow;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.RocksCursor;
import dev.nacre.store.rocks.RocksEngine;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Every namespace that ever was, in memory. Names are resolved as of a version, so entries that the
 * committer has added for a group that is not yet visible are not seen. Written by the committer
 * only.
 */
public final class NamespaceRegistry {
  private final Map<String, NamespaceEntry[]> byName = new ConcurrentHashMap<>();
  private final Map<Integer, NamespaceEntry> byId = new ConcurrentHashMap<>();
  private int lastId;

  private NamespaceRegistry() {}

  /** Reads the registry of an engine. */
  public static NamespaceRegistry load(RocksEngine engine) {
    NamespaceRegistry registry = new NamespaceRegistry();
    try (RocksCursor cursor = engine.cursor(ColumnFamily.META, RocksEngine.CursorUse.BULK)) {
      // 'n' sorts before 'o' and 's': namespaces come first.
      for (cursor.seek(new byte[] {'n'}); cursor.valid(); cursor.next()) {
        registry.loadRow(cursor.key(), cursor.value());
      }
      for (cursor.seek(new byte[] {'f'}); cursor.valid() && cursor.key()[0] == 'f'; cursor.next()) {
        NamespaceEntry entry = registry.byId.get(Keys.intAt(cursor.key(), 1));
        if (entry != null) {
          entry.setFloors(FloorRow.parse(cursor.value()));
        }
      }
      for (cursor.seek(Keys.purges());
          cursor.valid() && Keys.startsWith(cursor.key(), Keys.purges());
          cursor.next()) {
        registry.loadPurge(PurgeRow.parse(cursor.value()));
      }
    }
    return registry;
  }

  /** What a purge has not erased yet stays hidden. */
  private void loadPurge(PurgeRow row) {
    Purging purging = new Purging(row.version(), row.timeMicros(), row.target());
    purging.commit();
    for (int id : row.namespaces()) {
      NamespaceEntry entry = byId.get(id);
      if (entry == null) {
        // Its creation was taken back by a restore to a moment before it.
        continue;
      }
      if (row.state() == PurgeRow.State.ERASING) {
        entry.addPurge(purging);
      } else {
        entry.erased(row.version());
      }
    }
  }

  private void loadRow(byte[] key, byte[] value) {
    int id = Keys.intAt(key, 1);
    if (key[0] == 'n') {
      NamespaceRow row = NamespaceRow.parse(value);
      add(new NamespaceEntry(id, row.name(), row.createdVersion(), row.deletedVersion()));
      return;
    }
    NamespaceEntry entry = byId.get(id);
    if (entry == null) {
      throw new CorruptionException(
          "the registry names options or a space of namespace id "
              + id
              + ", which it does not have; restore from a backup",
          Map.of("namespaceId", Integer.toString(id)));
    }
    if (key[0] == 'o') {
      entry.addOptions(Keys.longAt(key, 5), RegistryRows.parseOptions(value));
    } else if (key[0] == 's') {
      SpaceRow row = SpaceRow.parse(value);
      if (entry.addSpace(row.createdVersion(), row.space()) != Keys.intAt(key, 5)) {
        throw new CorruptionException(
            "the registry misses an embedding space of namespace \""
                + entry.name()
                + "\"; restore from a backup",
            Map.of("namespace", entry.name()));
      }
    }
  }

  /** The namespace of that name as of a version, or null. */
  public @Nullable NamespaceEntry find(String name, long version) {
    NamespaceEntry[] incarnations = byName.get(name);
    if (incarnations == null) {
      return null;
    }
    for (int i = incarnations.length - 1; i >= 0; i--) {
      if (incarnations[i].isLive(version)) {
        return incarnations[i];
      }
    }
    return null;
  }

  /** Whether a namespace of that name has ended after a version. */
  boolean hasEndedSince(String name, long version) {
    NamespaceEntry[] incarnations = byName.get(name);
    if (incarnations != null) {
      for (NamespaceEntry entry : incarnations) {
        if (entry.deletedVersion() != NamespaceEntry.LIVE && entry.deletedVersion() > version) {
          return true;
        }
      }
    }
    return false;
  }

  /** The namespace of an id, or null. */
  public @Nullable NamespaceEntry find(int id) {
    return byId.get(id);
  }

  /**
   * Every namespace that ever had that name, in the order of their creation and of their ids; also
   * one whose creation or deletion is not visible yet.
   */
  public List<NamespaceEntry> incarnations(String name) {
    NamespaceEntry[] incarnations = byName.get(name);
    return incarnations == null ? List.of() : List.of(incarnations);
  }

  /** Every namespace that ever was, in no order; also one that is not visible yet. */
  public Collection<NamespaceEntry> all() {
    return Collections.unmodifiableCollection(byId.values());
  }

  /** The namespaces live as of a version. */
  public List<NamespaceEntry> live(long version) {
    return byId.values().stream().filter(entry -> entry.isLive(version)).toList();
  }

  /** How many namespaces are live as of a version. */
  public int count(long version) {
    return (int) byId.values().stream().filter(entry -> entry.isLive(version)).count();
  }

  NamespaceEntry create(String name, long version) {
    NamespaceEntry entry = new NamespaceEntry(lastId + 1, name, version, NamespaceEntry.LIVE);
    add(entry);
    return entry;
  }

  /**
   * Takes back the last {@link #create}; ids are given again only because nobody has seen this one.
   */
  void remove(NamespaceEntry entry) {
    byId.remove(entry.id());
    NamespaceEntry[] incarnations = byName.getOrDefault(entry.name(), new NamespaceEntry[0]);
    NamespaceEntry[] rest =
        Arrays.stream(incarnations).filter(other -> other != entry).toArray(NamespaceEntry[]::new);
    if (rest.length == 0) {
      byName.remove(entry.name());
    } else {
      byName.put(entry.name(), rest);
    }
    lastId = Math.min(lastId, entry.id() - 1);
  }

  private void add(NamespaceEntry entry) {
    byId.put(entry.id(), entry);
    NamespaceEntry[] before = byName.getOrDefault(entry.name(), new NamespaceEntry[0]);
    NamespaceEntry[] after = Arrays.copyOf(before, before.length + 1);
    after[before.length] = entry;
    byName.put(entry.name(), after);
    lastId = Math.max(lastId, entry.id());
  }
}
