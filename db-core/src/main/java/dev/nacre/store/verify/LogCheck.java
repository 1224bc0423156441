package dev.nacre.store.verify;

import dev.nacre.error.CorruptionException;
import dev.nacre.maintain.Problem.Area;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.LogRow;
import dev.nacre.store.layout.RecordRow;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.RocksCursor;
import dev.nacre.store.rocks.RocksEngine;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * The log of changes against commits and records: every change is of a commit, and the versions of
 * records that it names are those that are stored, no more and no fewer, as far as retention has
 * dropped neither. For one use and one thread.
 */
final class LogCheck {
  private final RocksEngine engine;
  private final RegistryView registry;
  private final Findings findings;
  private final RowCounts counts;

  private LogCheck(RocksEngine engine, RegistryView registry, Findings findings, RowCounts counts) {
    this.engine = engine;
    this.registry = registry;
    this.findings = findings;
    this.counts = counts;
  }

  /**
   * Checks the log.
   *
   * @param compare whether {@code counts} has all records, to compare with
   */
  static void run(
      RocksEngine engine,
      RegistryView registry,
      Findings findings,
      RowCounts counts,
      boolean compare) {
    LogCheck check = new LogCheck(engine, registry, findings, counts);
    if (check.read() && compare) {
      check.compare();
    }
  }

  private boolean read() {
    CommitTimes times = new CommitTimes(engine);
    Set<ByteBuffer> keys = new HashSet<>();
    int namespace = 0;
    long version = 0;
    try (RocksCursor cursor = engine.cursor(ColumnFamily.LOG, RocksEngine.CursorUse.BULK)) {
      for (cursor.seek(new byte[0]); cursor.valid(); cursor.next()) {
        findings.row();
        byte[] key = cursor.key();
        if (key.length != 16) {
          findings.add(Area.LOG, "log", "a key of " + key.length + " bytes");
          continue;
        }
        int rowNamespace = Keys.intAt(key, 0);
        long rowVersion = Keys.versionOfLog(key);
        if (rowNamespace != namespace || rowVersion != version) {
          namespace = rowNamespace;
          version = rowVersion;
          // Two changes of one key in one commit leave one version.
          keys.clear();
          if (times.of(version) == CommitTimes.NONE) {
            problem(namespace, version, "there is no such commit");
          }
          if (!registry.knows(namespace)) {
            problem(namespace, version, "the namespace is not registered");
          }
        }
        try {
          LogRow row = LogRow.parse(cursor.value());
          if (row.purged() == null
              && version > registry.floor(namespace)
              && !registry.isPurged(namespace, row.key(), version)
              && keys.add(ByteBuffer.wrap(row.key()))) {
            counts.change(namespace, row.key(), version);
          }
        } catch (CorruptionException e) {
          problem(namespace, version, String.valueOf(e.getMessage()));
        }
      }
      return true;
    } catch (CorruptionException e) {
      findings.add(Area.LOG, "log", String.valueOf(e.getMessage()));
      return false;
    }
  }

  private void compare() {
    for (int namespace : counts.namespaces()) {
      if (!counts.records(namespace).isSameAs(counts.changes(namespace))) {
        long before = findings.count();
        changesWithoutRecord(namespace);
        recordsWithoutChange(namespace);
        if (findings.count() == before) {
          findings.add(
              Area.LOG,
              registry.place(namespace),
              "the log names "
                  + counts.changes(namespace).count()
                  + " versions of records, "
                  + counts.records(namespace).count()
                  + " are stored");
        }
      }
    }
  }

  /** Only where the sums differ: a look-up for each change. */
  private void changesWithoutRecord(int namespace) {
    try (RocksCursor cursor = engine.cursor(ColumnFamily.LOG, RocksEngine.CursorUse.BULK)) {
      for (cursor.seek(Keys.log(namespace, 0, 0)); cursor.valid(); cursor.next()) {
        byte[] key = cursor.key();
        if (Keys.intAt(key, 0) != namespace) {
          return;
        }
        long version = Keys.versionOfLog(key);
        if (version <= registry.floor(namespace)) {
          continue;
        }
        LogRow change = LogRow.parse(cursor.value());
        byte[] record = change.key();
        if (change.purged() != null || registry.isPurged(namespace, record, version)) {
          continue;
        }
        byte[] head = engine.get(ColumnFamily.HEAD, Keys.head(namespace, record));
        boolean live = head != null && RecordRow.versionIn(head) == version;
        byte[] past = Keys.versioned(Keys.historyPrefix(namespace, record), version);
        if (!live && engine.get(ColumnFamily.HISTORY, past) == null) {
          findings.add(
              Area.LOG,
              registry.place(namespace, record),
              "the log names its version " + version + ", which is not stored");
        }
      }
    } catch (CorruptionException e) {
      findings.add(Area.LOG, registry.place(namespace), String.valueOf(e.getMessage()));
    }
  }

  private void recordsWithoutChange(int namespace) {
    byte[] prefix = Keys.namespacePrefix(namespace);
    try (RocksCursor cursor = engine.cursor(ColumnFamily.HEAD, RocksEngine.CursorUse.BULK)) {
      for (cursor.seek(prefix);
          cursor.valid() && Keys.startsWith(cursor.key(), prefix);
          cursor.next()) {
        checkNamed(namespace, Keys.keyOfHead(cursor.key()), RecordRow.versionIn(cursor.value()));
      }
    }
    try (RocksCursor cursor = engine.cursor(ColumnFamily.HISTORY, RocksEngine.CursorUse.BULK)) {
      for (cursor.seek(prefix);
          cursor.valid() && Keys.startsWith(cursor.key(), prefix);
          cursor.next()) {
        checkNamed(namespace, Keys.unescaped(cursor.key(), 4), Keys.versionOf(cursor.key()));
      }
    }
  }

  private void checkNamed(int namespace, byte[] key, long version) {
    if (version <= registry.floor(namespace) || registry.isPurged(namespace, key, version)) {
      return;
    }
    try (RocksCursor cursor = engine.cursor(ColumnFamily.LOG, RocksEngine.CursorUse.SHORT)) {
      for (cursor.seek(Keys.log(namespace, version, 0)); cursor.valid(); cursor.next()) {
        byte[] row = cursor.key();
        if (Keys.intAt(row, 0) != namespace || Keys.versionOfLog(row) != version) {
          break;
        }
        if (Arrays.equals(LogRow.parse(cursor.value()).key(), key)) {
          return;
        }
      }
    }
    findings.add(
        Area.LOG,
        registry.place(namespace, key),
        "its version " + version + " is stored, and the log does not name it");
  }

  private void problem(int namespace, long version, String what) {
    findings.add(Area.LOG, registry.place(namespace) + " log of version " + version, what);
  }
}
