package dev.nacre.store.purge;

import dev.nacre.maintain.PurgeKind;
import dev.nacre.model.CommitAttributes;
import dev.nacre.store.layout.CommitRow;
import dev.nacre.store.layout.FloorRow;
import dev.nacre.store.layout.KeyRange;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.LogRow;
import dev.nacre.store.layout.PurgeRow;
import dev.nacre.store.purge.PurgeSlice.Kind;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.GroupBatch;
import dev.nacre.store.rocks.RocksCursor;
import dev.nacre.store.rocks.RocksEngine;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Erases the rows of a purge, slice by slice: every row of its keys that is not newer than the
 * purge. Beginning again after a crash finds what is left. For one use and one thread.
 *
 * <p>Beside records, vectors, history and the queue of expiries a key is told by: the log, whose
 * rows keep their places and lose their contents; digests of batches that were kept for idempotency
 * keys, from which short texts can be guessed; the attributes of commits that restored it.
 */
public final class PurgeErasure {
  /** What {@code restore} says in the attributes of its commits. */
  private static final String RESTORED_KEY = "restoredKey";

  private static final String RESTORED_PREFIX = "restoredPrefix";
  private static final byte[] RESTORED = "restored".getBytes(StandardCharsets.UTF_8);

  private final RocksEngine engine;
  private final Writer writer;
  private PurgeRow purge;
  private PurgeSlice slice;
  private boolean commitsReplaced;

  /** Writes batches, one after the other. */
  @FunctionalInterface
  public interface Writer {
    /** Writes what {@code batch} makes once nothing else is written; blocks until it is written. */
    void write(Supplier<GroupBatch> batch);
  }

  private PurgeErasure(RocksEngine engine, PurgeRow purge, Writer writer) {
    this.engine = engine;
    this.writer = writer;
    this.purge = purge;
    this.slice = new PurgeSlice(engine, purge);
  }

  /**
   * What was done.
   *
   * @param purge the purge with what it has erased
   * @param commitsReplaced whether rows of commits had to be replaced
   */
  public record Result(PurgeRow purge, boolean commitsReplaced) {}

  /** Erases the rows. Blocks. */
  public static Result run(RocksEngine engine, PurgeRow purge, Writer writer) {
    PurgeErasure erasure = new PurgeErasure(engine, purge, writer);
    for (int id : purge.namespaces()) {
      erasure.records(id);
      erasure.vectors(id, Kind.VECTOR);
      erasure.vectors(id, Kind.PAST_VECTOR);
      erasure.changes(id);
    }
    erasure.droppedDigests();
    erasure.expiries();
    erasure.commits();
    erasure.write();
    return new Result(erasure.purge, erasure.commitsReplaced);
  }

  private void records(int id) {
    byte[] namespace = Keys.namespacePrefix(id);
    range(Kind.RECORD, purge.target().plain(namespace));
    range(Kind.VERSION, purge.target().escaped(namespace));
  }

  /** Spaces are numbered; each that has rows is found by a step from the one before. */
  private void vectors(int id, Kind kind) {
    byte[] namespace = Keys.namespacePrefix(id);
    if (purge.target().kind() == PurgeKind.NAMESPACE) {
      range(kind, KeyRange.ofPrefix(namespace));
      return;
    }
    int space = 0;
    while (space >= 0) {
      int next = -1;
      try (RocksCursor cursor = engine.cursor(kind.family(), RocksEngine.CursorUse.SHORT)) {
        if (cursor.seek(Keys.spacePrefix(id, space)) && Keys.startsWith(cursor.key(), namespace)) {
          next = Keys.intAt(cursor.key(), 4);
        }
      }
      if (next < 0) {
        return;
      }
      range(kind, purge.target().escaped(Keys.spacePrefix(id, next)));
      space = next + 1;
    }
  }

  private void range(Kind kind, KeyRange range) {
    eachRow(
        kind.family(),
        RocksEngine.CursorUse.BULK,
        range.from(),
        range::isBeforeEnd,
        cursor -> {
          byte[] key = cursor.key();
          byte[] value = kind.isReplaceable() ? cursor.value() : new byte[0];
          if (kind.version(key, value) <= purge.version()) {
            slice.delete(kind, key, value.length);
          }
        });
  }

  private void changes(int id) {
    byte[] namespace = Keys.namespacePrefix(id);
    eachRow(
        ColumnFamily.LOG,
        RocksEngine.CursorUse.BULK,
        namespace,
        key -> Keys.startsWith(key, namespace) && Keys.versionOfLog(key) <= purge.version(),
        cursor -> {
          LogRow row = LogRow.parse(cursor.value());
          if (row.purged() == null && purge.target().covers(row.key())) {
            byte[] key = cursor.key();
            slice.purgeChange(key);
            digest(Keys.versionOfLog(key));
          }
        });
  }

  /** In the slice that takes the change away: afterwards nobody knows which commits it were. */
  private void digest(long version) {
    byte[] commit = engine.get(ColumnFamily.COMMIT, Keys.commit(version));
    if (commit == null) {
      return;
    }
    CommitRow row = CommitRow.parse(commit);
    if (row.attributes().idempotencyKey() != null) {
      byte[] known =
          engine.get(ColumnFamily.META, Keys.idempotencyQueue(row.timeMicros(), version));
      if (known != null) {
        slice.forgetDigest(known, version);
      }
    }
  }

  /**
   * Where retention has dropped the log, nothing says any more which keys a commit was about: then
   * all that the namespace knows goes.
   */
  private void droppedDigests() {
    eachRow(
        ColumnFamily.META,
        RocksEngine.CursorUse.SHORT,
        Keys.idempotencyQueue(0, 0),
        Keys::isIdempotencyQueue,
        cursor -> {
          long version = Keys.versionOfIdempotencyQueue(cursor.key());
          if (version <= purge.version() && isDropped(version)) {
            slice.forgetDigest(cursor.value(), version);
          }
        });
  }

  /** Whether a commit was about a namespace of the purge whose log no longer knows it. */
  private boolean isDropped(long version) {
    byte[] commit = engine.get(ColumnFamily.COMMIT, Keys.commit(version));
    if (commit == null) {
      return false;
    }
    for (int id : CommitRow.parse(commit).namespaces()) {
      byte[] floor = isOurs(id) ? engine.get(ColumnFamily.META, Keys.floor(id)) : null;
      if (floor != null && version < FloorRow.parse(floor).log()) {
        return true;
      }
    }
    return false;
  }

  private void expiries() {
    eachRow(
        ColumnFamily.EXPIRY,
        RocksEngine.CursorUse.BULK,
        new byte[0],
        _ -> true,
        cursor -> {
          byte[] key = cursor.key();
          if (isOurs(Keys.namespaceOfExpiry(key))
              && purge.target().covers(Keys.keyOfExpiry(key))
              && Kind.EXPIRY.version(key, cursor.value()) <= purge.version()) {
            slice.delete(Kind.EXPIRY, key, Long.BYTES);
          }
        });
  }

  /** A restore has named keys in its attributes, also when it changed nothing. */
  private void commits() {
    eachRow(
        ColumnFamily.COMMIT,
        RocksEngine.CursorUse.BULK,
        Keys.commit(0),
        key -> Keys.versionOfCommit(key) <= purge.version(),
        cursor -> {
          byte[] value = cursor.value();
          if (contains(value, RESTORED)) {
            commit(cursor.key(), CommitRow.parse(value));
          }
        });
  }

  /**
   * Looks at rows from {@code start} on while {@code goesOn} likes their keys. Slices are written
   * between cursors: one that stays open keeps files from being deleted.
   */
  private void eachRow(
      ColumnFamily family,
      RocksEngine.CursorUse use,
      byte[] start,
      Predicate<byte[]> goesOn,
      Consumer<RocksCursor> look) {
    byte @Nullable [] from = start;
    while (from != null) {
      byte @Nullable [] next = null;
      try (RocksCursor cursor = engine.cursor(family, use)) {
        for (cursor.seek(from); cursor.valid() && goesOn.test(cursor.key()); cursor.next()) {
          look.accept(cursor);
          if (slice.isFull()) {
            byte[] key = cursor.key();
            next = Arrays.copyOf(key, key.length + 1);
            break;
          }
        }
      }
      from = next;
      if (from != null) {
        write();
      }
    }
  }

  private void commit(byte[] key, CommitRow row) {
    int[] touched = row.namespaces();
    if (touched.length > 0 && Arrays.stream(touched).noneMatch(this::isOurs)) {
      return;
    }
    Map<String, String> other = new HashMap<>(row.attributes().other());
    boolean changed = false;
    for (String name : new String[] {RESTORED_KEY, RESTORED_PREFIX}) {
      String named = other.get(name);
      if (named != null && purge.target().covers(named.getBytes(StandardCharsets.UTF_8))) {
        var _ = other.remove(name);
        changed = true;
      }
    }
    if (changed) {
      commitsReplaced = true;
      CommitAttributes said = row.attributes();
      slice.replace(
          key,
          new CommitRow(
              row.timeMicros(),
              row.durableUpTo(),
              touched,
              new CommitAttributes(said.actor(), said.source(), said.idempotencyKey(), other)));
    }
  }

  private static boolean contains(byte[] bytes, byte[] part) {
    for (int i = 0; i + part.length <= bytes.length; i++) {
      if (Arrays.equals(bytes, i, i + part.length, part, 0, part.length)) {
        return true;
      }
    }
    return false;
  }

  private boolean isOurs(int namespaceId) {
    for (int id : purge.namespaces()) {
      if (id == namespaceId) {
        return true;
      }
    }
    return false;
  }

  private void write() {
    if (!slice.isEmpty()) {
      writer.write(slice::toBatch);
      purge = slice.done();
      slice = new PurgeSlice(engine, purge);
    }
  }
}
