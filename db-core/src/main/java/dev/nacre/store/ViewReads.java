package dev.nacre.store;

import dev.nacre.error.HistoryDroppedException;
import dev.nacre.model.Change;
import dev.nacre.model.DeclaredFields;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Operation;
import dev.nacre.model.ReadPoint;
import dev.nacre.store.commit.GroupCommitter;
import dev.nacre.store.commit.NamespaceEntry;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.LogRow;
import dev.nacre.store.layout.RecordRow;
import dev.nacre.store.layout.TextKeys;
import dev.nacre.store.layout.VectorRow;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.RocksCursor;
import dev.nacre.store.rocks.RocksEngine;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongPredicate;

/** What views read to be built and to catch up: the log, vectors, metadata. Thread-safe. */
final class ViewReads {
  private final OpenStore parts;
  private final RocksEngine engine;
  private final GroupCommitter committer;
  private final RecordReader reader;
  private final StorageProbe probe;

  ViewReads(OpenStore parts, RecordReader reader, StorageProbe probe) {
    this.parts = parts;
    this.engine = parts.engine();
    this.committer = parts.committer();
    this.reader = reader;
    this.probe = probe;
  }

  void readLog(int namespaceId, long after, long upTo, Consumer<Change> sink) {
    NamespaceEntry entry = parts.registry().find(namespaceId);
    if (entry == null || after >= upTo) {
      return;
    }
    long purged = entry.purges().newest();
    if (purged > after) {
      throw new HistoryDroppedException(
          "changes of namespace \""
              + entry.name()
              + "\" were purged by version "
              + purged
              + ", and those after version "
              + after
              + " were asked for; read the namespace as it is now, and go on from there",
          Map.of(
              "namespace", entry.name(),
              "version", Long.toString(after),
              "oldest", Long.toString(purged),
              "reason", "purged"));
    }
    probe.beforeRead();
    HistoryFloors.checkLog(entry, after + 1);
    byte[] prefix = Keys.namespacePrefix(namespaceId);
    try (RocksCursor cursor =
        engine.cursor(
            ColumnFamily.LOG, RocksEngine.CursorUse.SHORT, Keys.namespaceEnd(namespaceId))) {
      for (cursor.seek(Keys.log(namespaceId, after + 1, 0)); cursor.valid(); cursor.next()) {
        byte[] key = cursor.key();
        if (!Keys.startsWith(key, prefix) || Keys.versionOfLog(key) > upTo) {
          break;
        }
        LogRow row = LogRow.parse(cursor.value());
        if (row.purged() == null) {
          sink.accept(change(entry, Keys.versionOfLog(key), row));
        }
      }
    }
    HistoryFloors.checkLog(entry, after + 1);
  }

  static Change change(NamespaceEntry entry, long version, LogRow row) {
    Set<String> spaces = Set.of();
    if (row.spaces().length > 0) {
      spaces = new HashSet<>();
      for (int space : row.spaces()) {
        spaces.add(entry.space(space).name());
      }
    }
    return new Change(
        version,
        row.delete() ? Operation.DELETE : Operation.UPSERT,
        Keys.text(row.key()),
        row.value(),
        row.metadata(),
        spaces);
  }

  Optional<StoredVector> vector(long version, int namespaceId, EmbeddingSpace space, String key) {
    NamespaceEntry entry = parts.registry().find(namespaceId);
    int spaceId = entry == null ? 0 : entry.spaceId(space.name(), version);
    return entry == null || spaceId == 0
        ? Optional.empty()
        : reader.vector(entry, spaceId, TextKeys.key(key), version);
  }

  void scanVectors(long version, int namespaceId, EmbeddingSpace space, VectorSink sink) {
    NamespaceEntry entry = parts.registry().find(namespaceId);
    int spaceId = entry == null ? 0 : entry.spaceId(space.name(), version);
    if (entry == null || spaceId == 0) {
      return;
    }
    HistoryFloors.checkReadable(entry, version);
    probe.beforeRead();
    ScanRange range = ScanRange.ofVectors(namespaceId, spaceId);
    try (AsOfScan scan =
        new AsOfScan(
            engine,
            AsOfScan.Kind.VECTORS,
            range,
            RocksEngine.CursorUse.SCAN,
            version,
            entry.purges(),
            committer::startedVersion)) {
      while (scan.next()) {
        byte[] row = scan.vectorRow();
        if (!sink.accept(Keys.text(scan.key()), VectorRow.version(row), VectorRow.floats(row))) {
          break;
        }
      }
    }
    HistoryFloors.checkReadable(entry, version);
  }

  void scanVectorIntervals(
      long first, long last, int namespaceId, EmbeddingSpace space, VectorIntervalSink sink) {
    NamespaceEntry entry = parts.registry().find(namespaceId);
    int spaceId = entry == null ? 0 : entry.spaceId(space.name(), last);
    if (entry == null || spaceId == 0) {
      return;
    }
    HistoryFloors.checkReadable(entry, first);
    probe.beforeRead();
    ScanRange range = ScanRange.ofVectors(namespaceId, spaceId);
    try (IntervalScan scan = new IntervalScan(engine, range, first, last, entry.purges())) {
      scan.run(sink);
    }
    HistoryFloors.checkReadable(entry, first);
  }

  void scanVectorChanges(
      long after, long upTo, int namespaceId, EmbeddingSpace space, LongPredicate sink) {
    NamespaceEntry entry = parts.registry().find(namespaceId);
    int spaceId = entry == null ? 0 : entry.spaceId(space.name(), upTo);
    if (entry == null || spaceId == 0) {
      return;
    }
    probe.beforeRead();
    byte[] prefix = Keys.namespacePrefix(namespaceId);
    try (RocksCursor cursor =
        engine.cursor(
            ColumnFamily.LOG, RocksEngine.CursorUse.SCAN, Keys.namespaceEnd(namespaceId))) {
      for (cursor.seek(Keys.log(namespaceId, after + 1, 0)); cursor.valid(); cursor.next()) {
        byte[] key = cursor.key();
        long version = Keys.versionOfLog(key);
        if (!Keys.startsWith(key, prefix) || version > upTo) {
          break;
        }
        LogRow row = LogRow.parse(cursor.value());
        boolean touches =
            row.purged() == null
                && (row.delete() || Arrays.stream(row.spaces()).anyMatch(id -> id == spaceId));
        if (touches && !sink.test(version)) {
          break;
        }
      }
    }
  }

  long oldestReadable(int namespaceId) {
    NamespaceEntry entry = parts.registry().find(namespaceId);
    return entry == null ? 0 : entry.settledFloors().history();
  }

  void checkReadable(long version, int namespaceId) {
    NamespaceEntry entry = parts.registry().find(namespaceId);
    if (entry != null) {
      HistoryFloors.checkReadable(entry, version);
    }
  }

  void scanMetadata(ReadPoint at, NamespaceEntry entry, MetadataSink sink) {
    HistoryFloors.checkReadable(entry, at.version());
    probe.beforeRead();
    DeclaredFields declared = DeclaredFields.of(entry.options(at.version()).fields());
    ScanRange range = ScanRange.ofRecords(entry.id(), new byte[0], null, null, null);
    try (AsOfScan scan =
        new AsOfScan(
            engine,
            AsOfScan.Kind.RECORDS,
            range,
            RocksEngine.CursorUse.SCAN,
            at.version(),
            entry.purges(),
            committer::startedVersion)) {
      while (scan.next()) {
        RecordRow row = RecordReader.live(scan.record(), at);
        if (row != null
            && !sink.accept(
                Keys.text(scan.key()),
                declared.isEmpty() ? row.metadata() : declared.of(row.metadata(), row.value()))) {
          break;
        }
      }
    }
    HistoryFloors.checkReadable(entry, at.version());
  }
}
