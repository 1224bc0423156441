package dev.nacre.store.verify;

import dev.nacre.error.CorruptionException;
import dev.nacre.maintain.Problem.Area;
import dev.nacre.store.layout.CommitRow;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.Micros;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.RocksCursor;
import dev.nacre.store.rocks.RocksEngine;

/**
 * Commits: dense versions from 1, times that increase, namespaces that are registered. Stateless.
 */
final class CommitCheck {
  private CommitCheck() {}

  static void run(RocksEngine engine, RegistryView registry, Findings findings) {
    try (RocksCursor cursor = engine.cursor(ColumnFamily.COMMIT, RocksEngine.CursorUse.BULK)) {
      long expected = 1;
      long lastMicros = Long.MIN_VALUE;
      for (cursor.seek(new byte[0]); cursor.valid(); cursor.next()) {
        findings.row();
        byte[] key = cursor.key();
        if (key.length != Long.BYTES) {
          findings.add(Area.LOG, "commit", "a key of " + key.length + " bytes");
          continue;
        }
        long version = Keys.versionOfCommit(key);
        String place = "commit " + version;
        if (version != expected) {
          findings.add(
              Area.LOG,
              "commit " + expected,
              "versions " + expected + " to " + (version - 1) + " are missing");
        }
        expected = version + 1;
        try {
          CommitRow row = CommitRow.parse(cursor.value());
          if (row.timeMicros() <= lastMicros) {
            findings.add(
                Area.LOG,
                place,
                "its time, "
                    + Micros.toInstant(row.timeMicros())
                    + ", is not later than the one before");
          }
          lastMicros = row.timeMicros();
          for (int namespace : row.namespaces()) {
            if (!registry.knows(namespace)) {
              findings.add(
                  Area.LOG,
                  place,
                  "touches namespace id " + namespace + ", which is not registered");
            }
          }
        } catch (CorruptionException e) {
          findings.add(Area.LOG, place, String.valueOf(e.getMessage()));
        }
      }
    } catch (CorruptionException e) {
      findings.add(Area.LOG, "commit", String.valueOf(e.getMessage()));
    }
  }
}
