package dev.nacre.store.verify;

import dev.nacre.error.CorruptionException;
import dev.nacre.maintain.Problem.Area;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.RecordRow;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.RocksCursor;
import dev.nacre.store.rocks.RocksEngine;
import java.util.Arrays;

/** The queue of expiries names live records with just that expiry. Stateless. */
final class ExpiryCheck {
  private ExpiryCheck() {}

  static void run(RocksEngine engine, RegistryView registry, Findings findings) {
    try (RocksCursor cursor = engine.cursor(ColumnFamily.EXPIRY, RocksEngine.CursorUse.BULK)) {
      for (cursor.seek(new byte[0]); cursor.valid(); cursor.next()) {
        findings.row();
        byte[] key = cursor.key();
        if (key.length <= 12) {
          findings.add(Area.EXPIRY, "expiry", "a key of " + key.length + " bytes");
          continue;
        }
        int namespace = Keys.namespaceOfExpiry(key);
        if (registry.isDropped(namespace)) {
          // The sweeper passes it when it is due.
          continue;
        }
        byte[] record = Arrays.copyOfRange(key, 12, key.length);
        if (registry.isPurged(namespace, record, Keys.versionOfCommit(cursor.value()))) {
          continue;
        }
        byte[] head = engine.get(ColumnFamily.HEAD, Keys.head(namespace, record));
        if (head == null || RecordRow.parse(head).expiresAtMicros() != Keys.longAt(key, 0)) {
          findings.add(
              Area.EXPIRY,
              registry.place(namespace, record),
              "the queue of expiries names it, and it does not expire then");
        }
      }
    } catch (CorruptionException e) {
      findings.add(Area.EXPIRY, "expiry", String.valueOf(e.getMessage()));
    }
  }
}
