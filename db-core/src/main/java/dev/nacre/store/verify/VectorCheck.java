package dev.nacre.store.verify;

import dev.nacre.error.CorruptionException;
import dev.nacre.maintain.Problem.Area;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.RecordRow;
import dev.nacre.store.layout.VectorRow;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.RocksCursor;
import dev.nacre.store.rocks.RocksEngine;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Vectors that no record names, components that are not finite, intervals that overlap. That what
 * records name is there is checked with the records. For one use and one thread.
 */
final class VectorCheck {
  private final RocksEngine engine;
  private final RegistryView registry;
  private final Findings findings;
  private final RowCounts counts;

  private VectorCheck(
      RocksEngine engine, RegistryView registry, Findings findings, RowCounts counts) {
    this.engine = engine;
    this.registry = registry;
    this.findings = findings;
    this.counts = counts;
  }

  /**
   * Checks vectors.
   *
   * @param compare whether {@code counts} has all records, to compare with
   */
  static void run(
      RocksEngine engine,
      RegistryView registry,
      Findings findings,
      RowCounts counts,
      boolean compare) {
    VectorCheck check = new VectorCheck(engine, registry, findings, counts);
    check.live(compare);
    check.past();
  }

  private record Space(int namespaceId, int spaceId) {}

  private void live(boolean compare) {
    Map<Space, long[]> stored = new HashMap<>();
    try (RocksCursor cursor = engine.cursor(ColumnFamily.VECTOR, RocksEngine.CursorUse.BULK)) {
      for (cursor.seek(new byte[0]); cursor.valid(); cursor.next()) {
        findings.row();
        byte[] key = cursor.key();
        Space space = new Space(Keys.intAt(key, 0), Keys.intAt(key, 4));
        if (isPurged(key, cursor.value())) {
          continue;
        }
        stored.computeIfAbsent(space, _ -> new long[1])[0]++;
        finite(key, cursor.value());
      }
    } catch (CorruptionException e) {
      findings.add(Area.VECTORS, "vector", String.valueOf(e.getMessage()));
      return;
    }
    if (compare) {
      stored.forEach(
          (space, count) -> {
            if (count[0] != counts.vectors(space.namespaceId, space.spaceId)) {
              unnamed(space);
            }
          });
    }
  }

  /** Only where the counts differ: a look-up for each vector. */
  private void unnamed(Space space) {
    byte[] prefix = Keys.spacePrefix(space.namespaceId, space.spaceId);
    try (RocksCursor cursor = engine.cursor(ColumnFamily.VECTOR, RocksEngine.CursorUse.BULK)) {
      for (cursor.seek(prefix);
          cursor.valid() && Keys.startsWith(cursor.key(), prefix);
          cursor.next()) {
        byte[] record = Keys.unescaped(cursor.key(), 8);
        if (isPurged(cursor.key(), cursor.value())) {
          continue;
        }
        byte[] head = engine.get(ColumnFamily.HEAD, Keys.head(space.namespaceId, record));
        if (head == null || RecordRow.parse(head).embeddingVersion(space.spaceId) == 0) {
          problem(cursor.key(), "the vector is stored, and no record names it");
        }
      }
    } catch (CorruptionException e) {
      findings.add(Area.VECTORS, "vector", String.valueOf(e.getMessage()));
    }
  }

  private void past() {
    try (RocksCursor cursor =
        engine.cursor(ColumnFamily.VECTOR_HISTORY, RocksEngine.CursorUse.BULK)) {
      byte @Nullable [] group = null;
      long newer = Long.MAX_VALUE;
      for (cursor.seek(new byte[0]); cursor.valid(); cursor.next()) {
        findings.row();
        byte[] key = cursor.key();
        byte[] of = Arrays.copyOf(key, key.length - 8);
        if (registry.isPurged(Keys.intAt(of, 0), Keys.unescaped(of, 8), Keys.versionOf(key))) {
          continue;
        }
        if (group == null || !Arrays.equals(group, of)) {
          group = of;
          newer = liveVersion(of);
        }
        byte[] row = cursor.value();
        long from = Keys.versionOf(key);
        if (row.length < Long.BYTES) {
          problem(key, "a row of " + row.length + " bytes");
          continue;
        }
        long to = VectorRow.version(row);
        if (to <= from || to > newer) {
          problem(
              key,
              "its interval from version "
                  + from
                  + " to "
                  + to
                  + (to <= from ? " is empty" : " overlaps version " + newer));
        }
        newer = from;
        finite(key, row);
      }
    } catch (CorruptionException e) {
      findings.add(Area.VECTORS, "vector_history", String.valueOf(e.getMessage()));
    }
  }

  private boolean isPurged(byte[] vectorKey, byte[] row) {
    return row.length >= Long.BYTES
        && registry.isPurged(
            Keys.intAt(vectorKey, 0), Keys.unescaped(vectorKey, 8), VectorRow.version(row));
  }

  private long liveVersion(byte[] vectorKey) {
    byte[] live = engine.get(ColumnFamily.VECTOR, vectorKey);
    return live == null || live.length < Long.BYTES ? Long.MAX_VALUE : VectorRow.version(live);
  }

  private void finite(byte[] key, byte[] row) {
    if (row.length < Long.BYTES || (row.length - Long.BYTES) % Float.BYTES != 0) {
      problem(key, "a row of " + row.length + " bytes");
      return;
    }
    for (float component : VectorRow.vector(row)) {
      if (!Float.isFinite(component)) {
        problem(key, "a component is " + component);
        return;
      }
    }
  }

  private void problem(byte[] key, String what) {
    findings.add(
        Area.VECTORS,
        registry.place(Keys.intAt(key, 0), Keys.intAt(key, 4), Keys.unescaped(key, 8)),
        what);
  }
}
