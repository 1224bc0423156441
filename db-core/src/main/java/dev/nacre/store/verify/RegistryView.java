package dev.nacre.store.verify;

import dev.nacre.error.CorruptionException;
import dev.nacre.error.NacreException;
import dev.nacre.maintain.Problem.Area;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.store.layout.FloorRow;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.PurgeRow;
import dev.nacre.store.layout.RegistryRows;
import dev.nacre.store.layout.RegistryRows.NamespaceRow;
import dev.nacre.store.layout.RegistryRows.SpaceRow;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.RocksCursor;
import dev.nacre.store.rocks.RocksEngine;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The registry as it is stored, read without trusting it. For one thread. */
final class RegistryView {
  private final Map<Integer, NamespaceRow> namespaces = new HashMap<>();
  private final Map<Integer, Map<Integer, SpaceRow>> spaces = new HashMap<>();
  private final Map<Integer, FloorRow> floors = new HashMap<>();
  private final List<PurgeRow> purges = new ArrayList<>();

  /** Reads and checks it. */
  static RegistryView read(RocksEngine engine, long newest, Findings findings) {
    RegistryView view = new RegistryView();
    try (RocksCursor cursor = engine.cursor(ColumnFamily.META, RocksEngine.CursorUse.BULK)) {
      for (cursor.seek(new byte[0]); cursor.valid(); cursor.next()) {
        findings.row();
        view.row(cursor.key(), cursor.value(), newest, findings);
      }
      if (engine.get(ColumnFamily.META, Keys.lineage()) == null && newest > 0) {
        findings.add(Area.REGISTRY, "meta", "the lineage is missing");
      }
    } catch (CorruptionException e) {
      findings.add(Area.REGISTRY, "meta", String.valueOf(e.getMessage()));
    }
    // Their rows come before those of the namespaces.
    view.floors.keySet().forEach(id -> view.checkOwner(id, "floors", findings));
    view.checkNames(findings);
    return view;
  }

  private void row(byte[] key, byte[] value, long newest, Findings findings) {
    try {
      switch (key[0]) {
        case 'n' -> {
          NamespaceRow row = NamespaceRow.parse(value);
          int id = Keys.intAt(key, 1);
          namespaces.put(id, row);
          // One commit may create and delete it.
          if (row.createdVersion() > newest || row.createdVersion() > row.deletedVersion()) {
            findings.add(
                Area.REGISTRY,
                place(id),
                "created at version "
                    + row.createdVersion()
                    + " and deleted at "
                    + row.deletedVersion()
                    + ", the newest version is "
                    + newest);
          }
        }
        case 's' -> {
          int id = Keys.intAt(key, 1);
          SpaceRow row = SpaceRow.parse(value);
          spaces.computeIfAbsent(id, _ -> new HashMap<>()).put(Keys.intAt(key, 5), row);
          checkOwner(id, "an embedding space", findings);
        }
        case 'f' -> floor(Keys.intAt(key, 1), FloorRow.parse(value), newest, findings);
        case 'o' -> {
          var _ = RegistryRows.parseOptions(value);
          checkOwner(Keys.intAt(key, 1), "options", findings);
        }
        case 'e' -> {
          PurgeRow row = PurgeRow.parse(value);
          if (row.state() == PurgeRow.State.ERASING) {
            purges.add(row);
          }
        }
        default -> {
          // The lineage, and rows of kinds that say nothing of namespaces.
        }
      }
    } catch (NacreException | IndexOutOfBoundsException e) {
      String kind = key.length == 0 ? "none" : Character.toString(key[0]);
      findings.add(Area.REGISTRY, "meta row of kind " + kind, String.valueOf(e.getMessage()));
    }
  }

  private void floor(int id, FloorRow row, long newest, Findings findings) {
    floors.put(id, row);
    if (row.history() > newest || row.log() > row.history() + 1) {
      findings.add(
          Area.REGISTRY,
          "namespace id " + id,
          "history is dropped up to version "
              + row.history()
              + " and the log before version "
              + row.log()
              + ", the newest version is "
              + newest);
    }
  }

  /** Up to which version rows of a namespace may have been dropped; 0 when none were. */
  long floor(int namespaceId) {
    return floors.getOrDefault(namespaceId, FloorRow.NONE).history();
  }

  /** Whether a namespace was deleted and all its rows were dropped. */
  boolean isDropped(int namespaceId) {
    NamespaceRow row = namespaces.get(namespaceId);
    return row != null && floor(namespaceId) >= row.deletedVersion();
  }

  private void checkOwner(int id, String what, Findings findings) {
    if (!namespaces.containsKey(id)) {
      findings.add(Area.REGISTRY, place(id), what + " of a namespace that is not registered");
    }
  }

  /** A name belongs to one namespace at a time. */
  private void checkNames(Findings findings) {
    Map<String, List<NamespaceRow>> byName = new HashMap<>();
    namespaces
        .values()
        .forEach(row -> byName.computeIfAbsent(row.name(), _ -> new ArrayList<>()).add(row));
    byName.forEach(
        (name, rows) -> {
          rows.sort((one, other) -> Long.compare(one.createdVersion(), other.createdVersion()));
          for (int i = 1; i < rows.size(); i++) {
            if (rows.get(i).createdVersion() < rows.get(i - 1).deletedVersion()) {
              findings.add(
                  Area.REGISTRY,
                  "namespace \"" + name + "\"",
                  "there are two of that name at version " + rows.get(i).createdVersion());
            }
          }
        });
  }

  /** Whether a row is being purged: it is as good as gone, and others of its key may be. */
  boolean isPurged(int namespaceId, byte[] key, long version) {
    for (PurgeRow purge : purges) {
      if (version <= purge.version()
          && Arrays.stream(purge.namespaces()).anyMatch(id -> id == namespaceId)
          && purge.target().covers(key)) {
        return true;
      }
    }
    return false;
  }

  boolean knows(int namespaceId) {
    return namespaces.containsKey(namespaceId);
  }

  /** A space, or null when it is not registered. */
  @Nullable EmbeddingSpace space(int namespaceId, int spaceId) {
    SpaceRow row = spaces.getOrDefault(namespaceId, Map.of()).get(spaceId);
    return row == null ? null : row.space();
  }

  /** How to name a namespace in a place. */
  String place(int namespaceId) {
    NamespaceRow row = namespaces.get(namespaceId);
    return row == null
        ? "namespace id " + namespaceId
        : "namespace \"" + row.name() + "\" (id " + namespaceId + ")";
  }

  /** How to name a record in a place. */
  String place(int namespaceId, byte[] key) {
    return place(namespaceId) + " key \"" + new String(key, StandardCharsets.UTF_8) + "\"";
  }

  /** How to name a vector in a place. */
  String place(int namespaceId, int spaceId, byte[] key) {
    EmbeddingSpace space = space(namespaceId, spaceId);
    return place(namespaceId, key)
        + " space "
        + (space == null ? "id " + spaceId : "\"" + space.name() + "\"");
  }
}
