package dev.nacre.store;

import dev.nacre.error.CorruptionException;
import dev.nacre.model.Embedding;
import dev.nacre.model.HistoryEntry;
import dev.nacre.model.Operation;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.VersionedRecord;
import dev.nacre.store.commit.GroupCommitter;
import dev.nacre.store.commit.NamespaceEntry;
import dev.nacre.store.commit.Purges;
import dev.nacre.store.layout.HistoryRow;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.Micros;
import dev.nacre.store.layout.RecordRow;
import dev.nacre.store.layout.VectorRow;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.RocksCursor;
import dev.nacre.store.rocks.RocksEngine;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Point reads as of a version: {@code head}, then {@code history}, in this order. Rows move from
 * one to the other atomically, so a row that has just left the first is found in the second.
 * Thread-safe.
 */
final class RecordReader {
  private static final int ATTEMPTS_MAX = 8;

  private final RocksEngine engine;
  private final GroupCommitter committer;
  private final StorageProbe probe;

  RecordReader(RocksEngine engine, GroupCommitter committer, StorageProbe probe) {
    this.engine = engine;
    this.committer = committer;
    this.probe = probe;
  }

  /** The live row of a key as of a version, expired or not; null when there is none. */
  @Nullable RecordRow row(NamespaceEntry namespace, byte[] key, long version) {
    probe.beforeRead();
    Purges purges = namespace.purges();
    RecordRow row =
        rowBehindHead(
            namespace, key, version, engine.get(ColumnFamily.HEAD, Keys.head(namespace.id(), key)));
    HistoryFloors.checkNotDropped(namespace, version);
    return unpurged(purges, key, row);
  }

  /** The row, unless it has been purged and only not been erased yet. */
  private static @Nullable RecordRow unpurged(Purges purges, byte[] key, @Nullable RecordRow row) {
    return row == null || purges.hides(key, row.version()) ? null : row;
  }

  /** The rows of keys, in their order. */
  List<@Nullable RecordRow> rows(NamespaceEntry namespace, List<byte[]> keys, long version) {
    probe.beforeRead();
    Purges purges = namespace.purges();
    List<byte @Nullable []> heads =
        engine.getAll(
            ColumnFamily.HEAD, keys.stream().map(key -> Keys.head(namespace.id(), key)).toList());
    List<@Nullable RecordRow> rows = new ArrayList<>(keys.size());
    for (int i = 0; i < keys.size(); i++) {
      byte[] key = keys.get(i);
      rows.add(unpurged(purges, key, rowBehindHead(namespace, key, version, heads.get(i))));
    }
    HistoryFloors.checkNotDropped(namespace, version);
    return rows;
  }

  /** What {@link #cached} answers when the disk may be needed. */
  record CachedRow(boolean known, @Nullable RecordRow row) {
    static final CachedRow UNKNOWN = new CachedRow(false, null);
  }

  /** The same as {@link #row} without touching the disk. */
  CachedRow cached(NamespaceEntry namespace, byte[] key, long version) {
    Purges purges = namespace.purges();
    byte @Nullable [] head = engine.getCached(ColumnFamily.HEAD, Keys.head(namespace.id(), key));
    if (RocksEngine.isNotCached(head) || namespace.isDropped()) {
      return CachedRow.UNKNOWN;
    }
    if (head != null && RecordRow.versionIn(head) <= version) {
      return new CachedRow(true, unpurged(purges, key, RecordRow.parse(head)));
    }
    if (head == null && nothingNewerThan(version)) {
      return new CachedRow(true, null);
    }
    byte[] prefix = Keys.historyPrefix(namespace.id(), key);
    RocksEngine.CachedRow found =
        engine.seekCached(ColumnFamily.HISTORY, Keys.versioned(prefix, version));
    if (found.isUnknown()) {
      return CachedRow.UNKNOWN;
    }
    @Nullable RecordRow row =
        isVersionOf(found.key(), prefix) ? coveringRow(found.value(), version) : null;
    if (row == null) {
      HistoryFloors.checkReadable(namespace, version);
    }
    return new CachedRow(true, unpurged(purges, key, row));
  }

  private @Nullable RecordRow rowBehindHead(
      NamespaceEntry namespace, byte[] key, long version, byte @Nullable [] head) {
    if (head != null && RecordRow.versionIn(head) <= version) {
      return RecordRow.parse(head);
    }
    if (head == null && nothingNewerThan(version)) {
      return null;
    }
    byte[] prefix = Keys.historyPrefix(namespace.id(), key);
    try (RocksCursor cursor =
        engine.cursor(
            ColumnFamily.HISTORY, RocksEngine.CursorUse.SHORT, Keys.versionsEnd(prefix))) {
      if (cursor.seek(Keys.versioned(prefix, version)) && isVersionOf(cursor.key(), prefix)) {
        RecordRow found = coveringRow(cursor.value(), version);
        if (found != null) {
          return found;
        }
      }
    }
    // A row that covers the version is the answer whatever the floor is; that there is none, is
    // one only above it.
    HistoryFloors.checkReadable(namespace, version);
    return null;
  }

  /** The record of a row of history, if it was live at the version. */
  private static @Nullable RecordRow coveringRow(byte[] historyRow, long version) {
    return version < HistoryRow.toIn(historyRow) ? HistoryRow.parse(historyRow).row() : null;
  }

  /**
   * Asked after a look-up: when true, the look-up saw the state of {@code version} and nothing
   * newer.
   */
  private boolean nothingNewerThan(long version) {
    return committer.startedVersion() <= version;
  }

  private static boolean isVersionOf(byte[] key, byte[] prefix) {
    return key.length == prefix.length + 8 && Keys.startsWith(key, prefix);
  }

  /** The vector of a key as of a version. */
  Optional<StoredVector> vector(NamespaceEntry namespace, int spaceId, byte[] key, long version) {
    probe.beforeRead();
    Purges purges = namespace.purges();
    Optional<StoredVector> stored =
        storedVector(namespace, spaceId, key, version)
            .filter(found -> !purges.hides(key, found.from()));
    HistoryFloors.checkNotDropped(namespace, version);
    return stored;
  }

  private Optional<StoredVector> storedVector(
      NamespaceEntry namespace, int spaceId, byte[] key, long version) {
    byte[] vectorKey = Keys.vector(namespace.id(), spaceId, key);
    byte @Nullable [] live = engine.get(ColumnFamily.VECTOR, vectorKey);
    if (live != null && VectorRow.version(live) <= version) {
      return Optional.of(new StoredVector(VectorRow.version(live), VectorRow.vector(live)));
    }
    if (live == null && nothingNewerThan(version)) {
      return Optional.empty();
    }
    try (RocksCursor cursor =
        engine.cursor(
            ColumnFamily.VECTOR_HISTORY,
            RocksEngine.CursorUse.SHORT,
            Keys.versionsEnd(vectorKey))) {
      if (cursor.seek(Keys.versioned(vectorKey, version)) && isVersionOf(cursor.key(), vectorKey)) {
        byte[] row = cursor.value();
        if (version < VectorRow.version(row)) {
          return Optional.of(new StoredVector(Keys.versionOf(cursor.key()), VectorRow.vector(row)));
        }
      }
    }
    HistoryFloors.checkReadable(namespace, version);
    return Optional.empty();
  }

  /**
   * Versions of a key, newest first.
   *
   * @param below only versions below this one
   * @param limit the most entries
   */
  List<HistoryEntry> history(
      NamespaceEntry namespace, String key, byte[] keyBytes, ReadPoint at, long below, int limit) {
    probe.beforeRead();
    Purges purges = namespace.purges();
    List<HistoryEntry> entries = new ArrayList<>();
    long newest = Math.min(at.version(), below - 1);
    byte @Nullable [] head = engine.get(ColumnFamily.HEAD, Keys.head(namespace.id(), keyBytes));
    if (head != null && purges.hides(keyBytes, RecordRow.versionIn(head))) {
      return entries;
    }
    if (head != null && RecordRow.versionIn(head) <= newest) {
      RecordRow row = RecordRow.parse(head);
      entries.add(entry(namespace, key, row, at));
      // A record deleted and written again by one commit left a tombstone of the same version
      // behind it.
      newest = row.version() - 1;
    }
    byte[] prefix = Keys.historyPrefix(namespace.id(), keyBytes);
    try (RocksCursor cursor =
        engine.cursor(
            ColumnFamily.HISTORY, RocksEngine.CursorUse.SHORT, Keys.versionsEnd(prefix))) {
      for (cursor.seek(Keys.versioned(prefix, newest));
          entries.size() < limit
              && cursor.valid()
              && isVersionOf(cursor.key(), prefix)
              && !purges.hides(keyBytes, Keys.versionOf(cursor.key()));
          cursor.next()) {
        entries.add(entry(namespace, key, HistoryRow.parse(cursor.value()).row(), at));
      }
    }
    HistoryFloors.checkReadable(namespace, at.version());
    return entries;
  }

  /**
   * Versions of a key, oldest first. The head is read before the history, as everywhere: a row that
   * moves meanwhile is in both, and taken from the head.
   *
   * @param after only versions above this one
   * @param limit the most entries
   */
  List<HistoryEntry> historyOldestFirst(
      NamespaceEntry namespace, String key, byte[] keyBytes, ReadPoint at, long after, int limit) {
    probe.beforeRead();
    Purges purges = namespace.purges();
    List<HistoryEntry> entries = new ArrayList<>();
    byte @Nullable [] head = engine.get(ColumnFamily.HEAD, Keys.head(namespace.id(), keyBytes));
    if (head != null && purges.hides(keyBytes, RecordRow.versionIn(head))) {
      return entries;
    }
    @Nullable RecordRow live =
        head != null && RecordRow.versionIn(head) <= at.version() ? RecordRow.parse(head) : null;
    long newest = live == null ? at.version() : live.version() - 1;
    if (after < newest) {
      byte[] prefix = Keys.historyPrefix(namespace.id(), keyBytes);
      try (RocksCursor cursor =
          engine.cursor(
              ColumnFamily.HISTORY, RocksEngine.CursorUse.SHORT, Keys.versionsEnd(prefix))) {
        for (cursor.seekForPrev(Keys.versioned(prefix, after + 1));
            entries.size() < limit
                && cursor.valid()
                && isVersionOf(cursor.key(), prefix)
                && Keys.versionOf(cursor.key()) <= newest;
            cursor.prev()) {
          if (!purges.hides(keyBytes, Keys.versionOf(cursor.key()))) {
            entries.add(entry(namespace, key, HistoryRow.parse(cursor.value()).row(), at));
          }
        }
      }
    }
    if (live != null && live.version() > after && entries.size() < limit) {
      entries.add(entry(namespace, key, live, at));
    }
    HistoryFloors.checkReadable(namespace, at.version());
    return entries;
  }

  private static HistoryEntry entry(
      NamespaceEntry namespace, String key, RecordRow row, ReadPoint at) {
    boolean tombstone = row.isTombstone();
    return new HistoryEntry(
        row.version(),
        Micros.toInstant(row.timeMicros()),
        tombstone ? Operation.DELETE : Operation.UPSERT,
        tombstone ? null : record(namespace, key, row, at, Map.of()));
  }

  /** The record of a row, with the embeddings of {@code spaces}. */
  VersionedRecord record(
      NamespaceEntry namespace,
      String key,
      byte[] keyBytes,
      RecordRow row,
      ReadPoint at,
      Set<String> spaces) {
    if (spaces.isEmpty()) {
      return record(namespace, key, row, at, Map.of());
    }
    Map<String, Embedding> embeddings = new HashMap<>();
    for (String space : spaces) {
      int id = namespace.spaceId(space, at.version());
      if (id != 0 && row.embeddingVersion(id) != 0) {
        Optional<StoredVector> vector = vector(namespace, id, keyBytes, at.version());
        if (vector.isEmpty()) {
          throw missing(namespace, key, row, space);
        }
        embeddings.put(space, Embedding.ofStored(namespace.space(id), vector.get().vector()));
      }
    }
    return record(namespace, key, row, at, embeddings);
  }

  /** A vector that a row names is not there: it was purged since the row was read, or lost. */
  private static RuntimeException missing(
      NamespaceEntry namespace, String key, RecordRow row, String space) {
    if (row.version() <= namespace.purges().newest()) {
      return new PurgedMeanwhileException(lost(namespace, key, space));
    }
    return lost(namespace, key, space);
  }

  private static CorruptionException lost(NamespaceEntry namespace, String key, String space) {
    return new CorruptionException(
        "the vector of \""
            + key
            + "\" in space \""
            + space
            + "\" is missing; restore from a backup",
        Map.of("namespace", namespace.name(), "key", key, "space", space));
  }

  /** Reads again when what was being read has been purged: it is absent then. */
  static <T extends @Nullable Object> T again(Supplier<T> read) {
    for (int attempt = 1; ; attempt++) {
      try {
        return read.get();
      } catch (PurgedMeanwhileException e) {
        // The purge is visible now: the next attempt does not find the row, unless it was another
        // one's.
        if (attempt == ATTEMPTS_MAX) {
          throw e.otherwise;
        }
      }
    }
  }

  /** A row was found, and its vector was purged before it could be read. */
  @SuppressWarnings("serial")
  private static final class PurgedMeanwhileException extends RuntimeException {
    private final CorruptionException otherwise;

    PurgedMeanwhileException(CorruptionException otherwise) {
      super("purged meanwhile", null, false, false);
      this.otherwise = otherwise;
    }
  }

  private static VersionedRecord record(
      NamespaceEntry namespace,
      String key,
      RecordRow row,
      ReadPoint at,
      Map<String, Embedding> embeddings) {
    Map<String, Long> embeddingVersions = Map.of();
    if (row.spaces().length == 1) {
      int space = row.spaces()[0];
      embeddingVersions = Map.of(namespace.space(space).name(), row.embeddingVersion(space));
    } else if (row.spaces().length > 1) {
      embeddingVersions = new HashMap<>();
      for (int space : row.spaces()) {
        embeddingVersions.put(namespace.space(space).name(), row.embeddingVersion(space));
      }
    }
    return new VersionedRecord(
        namespace.name(),
        key,
        row.version(),
        Micros.toInstant(row.timeMicros()),
        row.value(),
        row.valueVersion(),
        row.metadata(),
        row.metadataVersion(),
        embeddingVersions,
        embeddings,
        row.expiresAtMicros() == RecordRow.NEVER ? null : Micros.toInstant(row.expiresAtMicros()),
        at);
  }

  /** The row, unless it is expired at the read point. */
  static @Nullable RecordRow live(@Nullable RecordRow row, ReadPoint at) {
    return row == null || row.isExpired(Micros.of(at.instant())) ? null : row;
  }
}
