package dev.nacre.store.commit;

import dev.nacre.error.ConflictException;
import dev.nacre.error.CorruptionException;
import dev.nacre.error.ValidationException;
import dev.nacre.maintain.PurgeKind;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Embedding;
import dev.nacre.model.Write;
import dev.nacre.model.WriteCondition;
import dev.nacre.store.commit.PreparedBatch.ExpiryWrite;
import dev.nacre.store.commit.PreparedBatch.HeadRead;
import dev.nacre.store.commit.PreparedBatch.NamespaceWrite;
import dev.nacre.store.commit.PreparedBatch.PurgeWrite;
import dev.nacre.store.commit.PreparedBatch.RecordWrite;
import dev.nacre.store.layout.CommitRow;
import dev.nacre.store.layout.HistoryRow;
import dev.nacre.store.layout.IdempotencyRow;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.LogRow;
import dev.nacre.store.layout.RecordRow;
import dev.nacre.store.layout.VectorRow;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.GroupBatch;
import dev.nacre.store.rocks.RocksEngine;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Turns prepared commits into the rows of one group, each commit against the state the one before
 * left behind.
 *
 * <p>The overlay ({@code changes}) holds what this group has changed and RocksDB does not have yet.
 * A commit that fails leaves no trace, nor does a group that RocksDB refuses: rows are rolled back
 * to a mark, everything else by undo steps. For the committer thread.
 */
final class GroupBuilder {
  private static final int KEPT_BUFFER_BYTES = 32 << 20;
  private final RocksEngine engine;
  private final RegistryChanges registry;
  private final RecentChanges recent;
  private final int rowBytesMax;
  private final GroupBatch batch = new GroupBatch();
  private final SnapshotJudge judge;
  private final IdempotencyKeys idempotency;

  /** What the group has made of each record it has changed. */
  private final Map<ByteKey, Changed> changes = new HashMap<>();

  /** How to take back what the commit at hand has done to {@code changes}, oldest first. */
  private final List<Runnable> undo = new ArrayList<>();

  private final TreeSet<Integer> touched = new TreeSet<>();
  private long groupFirstVersion;
  private long version;
  private long timeMicros;
  private int ordinal;

  GroupBuilder(
      RocksEngine engine,
      NamespaceRegistry registry,
      RecentChanges recent,
      int rowBytesMax,
      long idempotencyMicros,
      String lineage) {
    this.engine = engine;
    this.rowBytesMax = rowBytesMax;
    this.registry = new RegistryChanges(registry, batch);
    this.recent = recent;
    this.judge = new SnapshotJudge(engine, recent, this::stored);
    this.idempotency = new IdempotencyKeys(engine, recent, batch, idempotencyMicros, lineage);
  }

  /**
   * A record as the group leaves it.
   *
   * @param row the live row, or a tombstone
   * @param vectors the vectors that the group has written, by space
   */
  private record Changed(RecordRow row, Map<Integer, NewVector> vectors) {}

  private record NewVector(long version, Embedding embedding) {
    byte[] row() {
      byte[] row = new byte[VectorRow.length(embedding.space().dimension())];
      VectorRow.write(MemorySegment.ofArray(row), version, embedding);
      return row;
    }
  }

  GroupBatch batch() {
    return batch;
  }

  /** Forgets the group, which is in RocksDB now. */
  void groupWritten() {
    // The commits added each change to `recent` under their own version.
    registry.written();
    idempotency.groupWritten();
    clear();
  }

  /** Takes back the group, which RocksDB has refused: its versions will be given again. */
  void groupRefused() {
    // What it added to `recent` stays: a change that never was costs at most one more read.
    registry.rollbackTo(0);
    idempotency.groupRefused();
    clear();
  }

  private void clear() {
    changes.clear();
    groupFirstVersion = 0;
    batch.clear(KEPT_BUFFER_BYTES);
  }

  /**
   * The commit that has carried a batch's idempotency key before, in this group or an earlier one;
   * null when there is none.
   *
   * @throws dev.nacre.error.ValidationException when it was another batch
   */
  @Nullable IdempotencyRow first(PreparedBatch prepared, long commitMicros) {
    PreparedBatch.Idempotency asked = prepared.idempotency();
    return asked == null ? null : idempotency.first(asked, prepared.readVersion(), commitMicros);
  }

  /**
   * Adds a commit to the group.
   *
   * @throws dev.nacre.error.NacreException when it cannot be; nothing of it is left in the group
   *     then
   */
  void add(
      PreparedBatch prepared,
      CommitAttributes attributes,
      long commitVersion,
      long commitMicros,
      long durableUpTo) {
    if (groupFirstVersion == 0) {
      groupFirstVersion = commitVersion;
      idempotency.dropSome(commitMicros);
    }
    GroupBatch.Mark mark = batch.mark();
    int registryMark = registry.mark();
    version = commitVersion;
    timeMicros = commitMicros;
    ordinal = 0;
    touched.clear();
    undo.clear();
    try {
      if (prepared.check() != null) {
        judge.judge(prepared, prepared.check(), commitMicros);
      }
      for (PreparedBatch.PreparedWrite write : prepared.writes()) {
        switch (write) {
          case RecordWrite record -> apply(record, prepared.readVersion());
          case NamespaceWrite namespace -> apply(namespace.write());
          case ExpiryWrite expiry -> expire(expiry, prepared.readVersion());
          case PurgeWrite purge -> purge(purge.order());
        }
        checkRows(batch.length() - mark.length());
      }
      if (ordinal == 0 && prepared.writes().getFirst() instanceof ExpiryWrite) {
        throw new ConflictException("nothing of what was to expire is there any more");
      }
      int[] namespaces = touched.stream().mapToInt(Integer::intValue).toArray();
      batch.put(
          ColumnFamily.COMMIT,
          Keys.commit(version),
          new CommitRow(timeMicros, durableUpTo, namespaces, attributes).encode());
      PreparedBatch.Idempotency asked = prepared.idempotency();
      if (asked != null) {
        // Last: nothing that it remembers has to be taken back.
        idempotency.add(asked, prepared.readVersion(), version, timeMicros);
      }
    } catch (RuntimeException | Error e) {
      for (int i = undo.size() - 1; i >= 0; i--) {
        undo.get(i).run();
      }
      registry.rollbackTo(registryMark);
      batch.rollbackTo(mark);
      throw e;
    }
  }

  /** A small write may move a large record to history: a batch of many is bounded by its rows. */
  private void checkRows(int bytes) {
    if (bytes > rowBytesMax) {
      throw new ValidationException(
          "the batch would write more than "
              + rowBytesMax
              + " bytes, the records that it supersedes included; split it",
          Map.of("limit", "rowBytes", "max", Integer.toString(rowBytesMax)));
    }
  }

  private void apply(RecordWrite record, long readVersion) {
    switch (record.write()) {
      case Write.Upsert upsert -> upsert(upsert, record, readVersion);
      case Write.Delete delete -> delete(delete, record, readVersion);
      case Write.Configure configure -> apply(configure);
      case Write.DeleteNamespace delete -> apply(delete);
    }
  }

  private void upsert(Write.Upsert upsert, RecordWrite write, long readVersion) {
    @Nullable NamespaceEntry found = registry.find(upsert.namespace(), version);
    @Nullable ByteKey known = found == null ? null : headKey(found, write);
    @Nullable Changed changed = known == null ? null : changes.get(known);
    @Nullable RecordRow stored =
        found == null || known == null
            ? null
            : current(found, write.head(), known, changed, readVersion);
    @Nullable RecordRow previous = stored == null || stored.isExpired(timeMicros) ? null : stored;
    check(upsert.condition(), upsert.namespace(), upsert.key(), previous);
    NamespaceEntry namespace =
        found == null ? registry.findOrCreate(upsert.namespace(), version) : found;
    touched.add(namespace.id());

    int[] spaces = registry.spaceIds(namespace, upsert.embeddings(), version);
    int[] ascending = Arrays.stream(spaces).sorted().toArray();
    long expiresAt =
        ExpiryTimes.resolve(upsert, timeMicros, previous, namespace.options(version).timeToLive());
    RecordRow row =
        RecordRow.assemble(
            version, timeMicros, previous, upsert.value(), write.metadata(), expiresAt, ascending);

    int[] closed = ascending;
    if (stored != null) {
      supersede(namespace, write.key(), stored);
      // An expired record carries nothing over: its other vectors end here too.
      closed = previous == null ? union(ascending, stored.spaces()) : ascending;
      for (int space : closed) {
        if (stored.embeddingVersion(space) != 0) {
          closeVector(namespace, space, write.key(), changed);
        }
      }
    }
    for (int i = 0; i < spaces.length; i++) {
      putVector(namespace, spaces[i], write.key(), upsert.embeddings().get(i));
    }
    if (expiresAt != RecordRow.NEVER) {
      batch.put(
          ColumnFamily.EXPIRY,
          Keys.expiry(expiresAt, namespace.id(), write.key()),
          Keys.commit(version));
    }
    ByteKey head = known == null ? headKey(namespace, write) : known;
    batch.put(ColumnFamily.HEAD, head.bytes(), row.toByteArray());
    remember(head, new Changed(row, vectors(changed, spaces, upsert.embeddings())), changed);
    log(
        namespace,
        new LogRow(false, upsert.value() != null, write.metadata() != null, closed, write.key()));
  }

  private void delete(Write.Delete delete, RecordWrite write, long readVersion) {
    @Nullable NamespaceEntry namespace = registry.find(delete.namespace(), version);
    @Nullable ByteKey head = namespace == null ? null : headKey(namespace, write);
    @Nullable Changed changed = head == null ? null : changes.get(head);
    @Nullable RecordRow stored =
        namespace == null || head == null
            ? null
            : current(namespace, write.head(), head, changed, readVersion);
    boolean absent = stored == null || stored.isExpired(timeMicros);
    check(delete.condition(), delete.namespace(), delete.key(), absent ? null : stored);
    if (namespace == null || head == null || stored == null || absent) {
      return;
    }
    bury(namespace, write.key(), head, changed, stored);
  }

  /** Makes a tombstone of a record that has expired and that nobody has written since. */
  private void expire(ExpiryWrite write, long readVersion) {
    @Nullable NamespaceEntry namespace = registry.find(write.namespace(), version);
    if (namespace == null || namespace.id() != write.head().namespaceId()) {
      return;
    }
    ByteKey head = new ByteKey(Keys.head(namespace.id(), write.key()));
    @Nullable Changed changed = changes.get(head);
    @Nullable RecordRow stored = current(namespace, write.head(), head, changed, readVersion);
    if (stored != null && stored.version() == write.version() && stored.isExpired(timeMicros)) {
      bury(namespace, write.key(), head, changed, stored);
    }
  }

  /** Ends a record: its row goes to history, and a tombstone beside it. */
  private void bury(
      NamespaceEntry namespace,
      byte[] key,
      ByteKey head,
      @Nullable Changed changed,
      RecordRow stored) {
    touched.add(namespace.id());
    supersede(namespace, key, stored);
    RecordRow tombstone = RecordRow.tombstone(version, timeMicros);
    batch.put(
        ColumnFamily.HISTORY,
        Keys.versioned(Keys.historyPrefix(namespace.id(), key), version),
        HistoryRow.encode(version, tombstone));
    for (int space : stored.spaces()) {
      closeVector(namespace, space, key, changed);
    }
    batch.delete(ColumnFamily.HEAD, head.bytes());
    remember(head, new Changed(tombstone, Map.of()), changed);
    log(namespace, new LogRow(true, stored.hasValue(), stored.hasMetadata(), stored.spaces(), key));
  }

  /** Moves a row out of the way: to history, unless this very commit wrote it. */
  private void supersede(NamespaceEntry namespace, byte[] key, RecordRow stored) {
    if (stored.version() != version) {
      batch.put(
          ColumnFamily.HISTORY,
          Keys.versioned(Keys.historyPrefix(namespace.id(), key), stored.version()),
          HistoryRow.encode(version, stored));
    }
    if (stored.expiresAtMicros() != RecordRow.NEVER) {
      batch.delete(ColumnFamily.EXPIRY, Keys.expiry(stored.expiresAtMicros(), namespace.id(), key));
    }
  }

  private void closeVector(
      NamespaceEntry namespace, int space, byte[] key, @Nullable Changed changed) {
    byte[] vectorKey = Keys.vector(namespace.id(), space, key);
    @Nullable NewVector ours = changed == null ? null : changed.vectors.get(space);
    byte @Nullable [] row = ours == null ? engine.get(ColumnFamily.VECTOR, vectorKey) : ours.row();
    if (row == null) {
      throw new CorruptionException(
          "record \""
              + Keys.text(key)
              + "\" of namespace \""
              + namespace.name()
              + "\" names a vector in space \""
              + namespace.space(space).name()
              + "\" that is not stored; restore the directory from a backup",
          Map.of("namespace", namespace.name(), "key", Keys.text(key)));
    }
    long from = VectorRow.version(row);
    if (from != version) {
      VectorRow.setVersion(row, version);
      batch.put(ColumnFamily.VECTOR_HISTORY, Keys.versioned(vectorKey, from), row);
    }
    batch.delete(ColumnFamily.VECTOR, vectorKey);
  }

  /**
   * Straight into the batch: a copy of each vector on the way would be most of a bulk load's
   * garbage.
   */
  private void putVector(NamespaceEntry namespace, int space, byte[] key, Embedding embedding) {
    MemorySegment row =
        batch.put(
            ColumnFamily.VECTOR,
            Keys.vector(namespace.id(), space, key),
            VectorRow.length(embedding.space().dimension()));
    VectorRow.write(row, version, embedding);
  }

  private void apply(Write write) {
    switch (write) {
      case Write.Configure configure -> touched.add(registry.configure(configure, version).id());
      case Write.DeleteNamespace delete -> {
        NamespaceEntry deleted = registry.delete(delete, version);
        if (deleted != null) {
          touched.add(deleted.id());
        }
      }
      case Write.Upsert upsert ->
          throw new IllegalStateException("not a namespace write: " + upsert);
      case Write.Delete delete ->
          throw new IllegalStateException("not a namespace write: " + delete);
    }
  }

  /** Hides what is purged; its rows are erased later. The log says so where it can be followed. */
  private void purge(PurgeOrder order) {
    for (NamespaceEntry namespace : registry.purge(order, version, timeMicros)) {
      touched.add(namespace.id());
      if (namespace.isLive(version)) {
        log(namespace, LogRow.purged(version, timeMicros));
      }
    }
    if (order.target().kind() == PurgeKind.NAMESPACE) {
      apply(new Write.DeleteNamespace(order.namespace()));
    }
  }

  /** What the judge of read points asks about a record, before the commit's own writes. */
  private SnapshotJudge.Stored stored(
      String namespace, byte[] key, @Nullable HeadRead head, PreparedBatch prepared) {
    long since = Objects.requireNonNull(prepared.check()).version();
    boolean ended = registry.hasEndedSince(namespace, since);
    @Nullable NamespaceEntry entry = registry.find(namespace, version);
    if (ended || entry == null) {
      return new SnapshotJudge.Stored(ended, 0, null, 0, null, 0);
    }
    ByteKey headKey = new ByteKey(Keys.head(entry.id(), key));
    @Nullable Changed changed = changes.get(headKey);
    return new SnapshotJudge.Stored(
        false,
        entry.purges().newestForCommitter(),
        headKey,
        changed == null ? 0 : changed.row.version(),
        current(entry, head, headKey, changed, prepared.readVersion()),
        entry.floors().history());
  }

  /**
   * The stored row of a record as this commit finds it, expired or not; null when there is none.
   */
  private @Nullable RecordRow current(
      NamespaceEntry namespace,
      @Nullable HeadRead head,
      ByteKey key,
      @Nullable Changed changed,
      long readVersion) {
    @Nullable RecordRow row = unpurged(namespace, head, key, changed, readVersion);
    return row != null
            && !namespace.purges().isEmpty()
            && namespace.purges().hidesFromCommitter(Keys.keyOfHead(key.bytes()), row.version())
        ? null
        : row;
  }

  private @Nullable RecordRow unpurged(
      NamespaceEntry namespace,
      @Nullable HeadRead head,
      ByteKey key,
      @Nullable Changed changed,
      long readVersion) {
    if (changed != null) {
      return changed.row.isTombstone() ? null : changed.row;
    }
    if (namespace.createdVersion() >= groupFirstVersion) {
      // RocksDB has nothing of a namespace that this group has created.
      return null;
    }
    byte @Nullable [] row;
    if (head != null
        && head.namespaceId() == namespace.id()
        && recent.unchangedSince(key, readVersion)
        && !mayHaveBeenErased(namespace, head, readVersion)) {
      row = head.row();
    } else {
      row = engine.get(ColumnFamily.HEAD, key.bytes());
    }
    return row == null ? null : RecordRow.parse(row);
  }

  private static boolean mayHaveBeenErased(
      NamespaceEntry namespace, HeadRead head, long readVersion) {
    byte[] row = head.row();
    return row != null && namespace.purges().mayHaveErased(RecordRow.versionIn(row), readVersion);
  }

  private static void check(
      WriteCondition condition, String namespace, String key, @Nullable RecordRow live) {
    switch (condition) {
      case WriteCondition.None _ -> {}
      case WriteCondition.IfAbsent _ -> {
        if (live != null) {
          throw conflict(
              namespace,
              key,
              live,
              "is there, at version " + live.version() + ", and should be absent");
        }
      }
      case WriteCondition.IfVersion ifVersion -> {
        if (live == null) {
          throw conflict(
              namespace, key, null, "is absent and should be at version " + ifVersion.version());
        }
        if (live.version() != ifVersion.version()) {
          throw conflict(
              namespace,
              key,
              live,
              "is at version " + live.version() + " and should be at " + ifVersion.version());
        }
      }
    }
  }

  private static ConflictException conflict(
      String namespace, String key, @Nullable RecordRow live, String what) {
    return new ConflictException(
        "record \""
            + key
            + "\" of namespace \""
            + namespace
            + "\" "
            + what
            + "; read it again and retry",
        Map.of(
            "namespace",
            namespace,
            "key",
            key,
            "reason",
            "condition",
            "version",
            live == null ? "absent" : Long.toString(live.version())));
  }

  private void remember(ByteKey key, Changed changed, @Nullable Changed before) {
    changes.put(key, changed);
    undo.add(before == null ? () -> changes.remove(key) : () -> changes.put(key, before));
    recent.add(key, version);
  }

  /** The vectors that the group has written, after this write. */
  private Map<Integer, NewVector> vectors(
      @Nullable Changed before, int[] spaces, List<Embedding> embeddings) {
    Map<Integer, NewVector> earlier = before == null ? Map.of() : before.vectors;
    if (spaces.length == 0) {
      return earlier;
    }
    if (spaces.length == 1 && earlier.isEmpty()) {
      return Map.of(spaces[0], new NewVector(version, embeddings.getFirst()));
    }
    Map<Integer, NewVector> all = new HashMap<>(earlier);
    for (int i = 0; i < spaces.length; i++) {
      all.put(spaces[i], new NewVector(version, embeddings.get(i)));
    }
    return all;
  }

  private static ByteKey headKey(NamespaceEntry namespace, RecordWrite write) {
    return new ByteKey(Keys.head(namespace.id(), write.key()));
  }

  private void log(NamespaceEntry namespace, LogRow row) {
    namespace.setLoggedVersion(version);
    batch.put(ColumnFamily.LOG, Keys.log(namespace.id(), version, ordinal++), row.encode());
  }

  private static int[] union(int[] left, int[] right) {
    int[] all = Arrays.copyOf(left, left.length + right.length);
    System.arraycopy(right, 0, all, left.length, right.length);
    return Arrays.stream(all).sorted().distinct().toArray();
  }
}
