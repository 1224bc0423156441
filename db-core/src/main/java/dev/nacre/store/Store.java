package dev.nacre.store;

import dev.nacre.diff.DiffPage;
import dev.nacre.diff.DiffRequest;
import dev.nacre.feed.WatchRequest;
import dev.nacre.maintain.CompactReport;
import dev.nacre.maintain.PurgeRecord;
import dev.nacre.maintain.PurgeRequest;
import dev.nacre.maintain.SweepReport;
import dev.nacre.model.AsOf;
import dev.nacre.model.Change;
import dev.nacre.model.Commit;
import dev.nacre.model.CommitInfo;
import dev.nacre.model.Durability;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.HistoryEntry;
import dev.nacre.model.HistoryRequest;
import dev.nacre.model.Namespace;
import dev.nacre.model.Page;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.WriteBatch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The versioned store: records, vectors, their history and the log of commits, in one RocksDB.
 *
 * <p>Thread-safe. Reads run on the caller's thread and may touch the disk, except {@link
 * #getCached}, {@link #resolveCached} and {@link #now()}; commits never block the caller. Every
 * read takes a {@link ReadPoint} of this store ({@code ValidationException} otherwise); absent and
 * expired records are empty. After {@link #close()} every call fails with {@code
 * DatabaseClosedException} and native code is never reached.
 */
public interface Store extends AutoCloseable {

  /**
   * Opens a store, creating it when there is none. Checks the write-ahead log first.
   *
   * @throws dev.nacre.error.LockedException when another handle owns the directory
   * @throws dev.nacre.error.FormatException when the directory is foreign or of a newer format
   * @throws dev.nacre.error.CorruptionException when acknowledged commits are missing or files are
   *     damaged
   */
  static Store open(StoreOptions options) {
    return VersionedStore.open(options);
  }

  /** Opens the store in {@code directory} with the default options. */
  static Store open(Path directory) {
    return open(StoreOptions.in(directory));
  }

  /** Id of the unbroken line of versions; views keep it and are rebuilt when it differs. */
  String lineage();

  /** The visible version at the current time. Never blocks. */
  ReadPoint now();

  /** The pair (V, T) of a moment; an instant costs a few reads of the log. */
  ReadPoint resolve(AsOf asOf);

  /** The same from memory only: null when the disk may be needed. Never blocks. */
  @Nullable ReadPoint resolveCached(AsOf asOf);

  /**
   * Commits a batch. The future completes on an executor of the store, never on the committer,
   * after the commit is as durable as asked and visible to every read. Cancelling withdraws the
   * batch when it is not yet part of a group.
   *
   * <p>A batch with a {@link dev.nacre.model.SnapshotCheck} is committed only when nothing that it
   * names has changed. One with an idempotency key that has been committed writes nothing and
   * answers the first commit, as durable as this call asks.
   *
   * <p>Fails with Validation, Conflict, ResourceExhausted (retryable: too much waits, or the disk
   * is full, which passes once there is room), DeadlineExceeded (withdrawn), Unavailable (details
   * {@code outcome=unknown} when the write-ahead log failed) or DatabaseClosed.
   *
   * @param timeout how long the batch may wait to be grouped
   */
  CompletableFuture<Commit> commit(WriteBatch batch, Durability durability, Duration timeout);

  /** The record of a key, with the embeddings of {@code spaces}. */
  Optional<VersionedRecord> get(ReadPoint at, String namespace, String key, Set<String> spaces);

  /** The same from memory only, without embeddings: never touches the disk. */
  CachedRead getCached(ReadPoint at, String namespace, String key);

  /** The records of keys, in their order. */
  List<Optional<VersionedRecord>> getAll(
      ReadPoint at, String namespace, List<String> keys, Set<String> spaces);

  /** Records of a range of keys. */
  Page<VersionedRecord> scan(ScanRequest request);

  /**
   * Records of a range of keys at a read point that is held; the request asks for now, and its
   * cursor, if any, comes from the same read point.
   */
  Page<VersionedRecord> scan(ReadPoint at, ScanRequest request);

  /** Versions of a key, from either end, with what their commits say of themselves. */
  Page<HistoryEntry> history(HistoryRequest request);

  /** What the log keeps of a commit; empty when there is none of that version yet. */
  Optional<CommitInfo> commitInfo(long version);

  /** The namespaces live at a version, by name. */
  List<Namespace> namespaces(ReadPoint at);

  /** The namespace of that name live at a version. Never blocks. */
  Optional<Namespace> namespace(ReadPoint at, String name);

  // ---- Time and the change feed.

  /** Resolves a moment and holds its history until the pin is closed. */
  Pin pin(AsOf asOf);

  /** The same for the history of namespaces of one name only. */
  Pin pin(AsOf asOf, String namespace);

  /** The oldest version that a pin holds; empty when there is none. */
  OptionalLong oldestPinned();

  /**
   * What differs between two moments, in key order.
   *
   * @throws dev.nacre.error.HistoryDroppedException when it cannot be said any more
   */
  DiffPage diff(DiffRequest request);

  /**
   * The changes of a namespace name behind a position, in commit order, up to version {@code until}
   * or the visible one; the moments of the request are not looked at.
   *
   * @throws dev.nacre.error.HistoryDroppedException when changes behind the position were dropped
   */
  FeedPage readFeed(WatchRequest request, FeedPosition after, long until);

  /**
   * The names of the namespaces that commits in (after, upTo] have touched; empty when there are so
   * many commits that nobody should ask.
   */
  Optional<Set<String>> touchedNamespaces(long after, long upTo);

  /** What the store says of itself. */
  StoreStatistics statistics();

  /**
   * Where derived indexes live, or empty where none may be written: for a store in memory, and for
   * one that was opened read-only, whose directory has another owner.
   */
  Optional<Path> indexDirectory();

  // ---- For views.

  /** The changes of a namespace in (after, upTo], in commit order; {@code upTo} must be visible. */
  void readLog(int namespaceId, long after, long upTo, Consumer<Change> sink);

  /** The vector of a key as of a visible version. Ignores expiry. */
  Optional<StoredVector> vector(long version, int namespaceId, EmbeddingSpace space, String key);

  /** Every vector of a space as of a visible version, in key order. Ignores expiry. */
  void scanVectors(long version, int namespaceId, EmbeddingSpace space, VectorSink sink);

  /**
   * Every vector of a space that was live at any version in [first, last], expired or not, with its
   * versions: keys in order, of each the newest first. {@code last} must be visible.
   *
   * @throws dev.nacre.error.HistoryDroppedException when retention has dropped part of it
   */
  void scanVectorIntervals(
      long first, long last, int namespaceId, EmbeddingSpace space, VectorIntervalSink sink);

  /**
   * The versions in (after, upTo] at which vectors of a space were written or deleted, one for each
   * change, ascending. Changes that the log does not keep any more are left out; so this says how
   * much has changed, not what.
   *
   * @param sink answers whether to go on
   */
  void scanVectorChanges(
      long after, long upTo, int namespaceId, EmbeddingSpace space, LongPredicate sink);

  /**
   * The oldest version at which a namespace can be read as a whole; 0 when everything is there.
   * Never blocks on storage.
   */
  long oldestReadable(int namespaceId);

  /**
   * Refuses what was read of a namespace as of a version that retention has dropped since; to be
   * asked after the read.
   *
   * @throws dev.nacre.error.HistoryDroppedException when it cannot be read any more
   */
  void checkReadable(long version, int namespaceId);

  /**
   * What filters see of every record of a namespace as of a read point, in key order: its metadata,
   * and the fields of its value that the namespace declared then.
   */
  void scanMetadata(ReadPoint at, String namespace, MetadataSink sink);

  /**
   * Calls {@code listener} with the visible version after each group, on the committer thread: it
   * must only signal. What it throws is logged.
   */
  void onPublish(LongConsumer listener);

  /**
   * Forces the log to stable storage unless {@code version} is known to be there. A view does so
   * before it records a version as applied: after a power cut it must not be ahead of the store.
   *
   * @throws dev.nacre.error.UnavailableException when storage fails, or while the disk is full
   */
  void ensureDurable(long version);

  // ---- For maintenance.

  /** The directory, or empty for a store in memory. */
  Optional<Path> directory();

  /** Tells the probe of the store's options how far work beside the store has come. */
  void reached(StorageProbe.Step step);

  /**
   * Makes a directory that RocksDB can open, with the state of now: every commit that was
   * acknowledged before this is called is in it. Commits go on meanwhile. Blocks.
   *
   * @param target must not be there, on the same file system for hard links
   * @throws dev.nacre.error.UnavailableException when storage fails, and for a store that is in
   *     memory or was opened read-only
   */
  void checkpoint(Path target);

  /**
   * Rewrites the sorted files, so that what was overwritten or deleted gives its space back. Reads
   * and commits go on meanwhile. Blocks.
   *
   * @throws dev.nacre.error.UnavailableException when storage fails, and for a store that was
   *     opened read-only
   */
  CompactReport compact();

  // ---- Forgetting.

  /**
   * Erases records with every version they ever had, and every file that holds them. When this
   * returns nothing of them is left in the directory; when it fails behind its commit nothing of
   * them can be read, and {@link #resumePurges} or the next purge goes on. Blocks.
   *
   * @param dropViews told of namespaces by id: views of them forget what they hold, on disk and in
   *     memory, before it returns
   * @throws dev.nacre.error.UnavailableException when storage fails, and for a store that was
   *     opened read-only
   */
  PurgeRecord purge(PurgeRequest request, IntConsumer dropViews);

  /**
   * Keeps purges from being committed until the answer is run, so that what is read now can be
   * written again without bringing back something purged. Waits, for seconds at most, while one is
   * being committed.
   *
   * @throws dev.nacre.error.ResourceExhaustedException when that takes longer
   */
  Runnable holdPurges();

  /** Goes on with purges that were interrupted. Blocks. */
  void resumePurges(IntConsumer dropViews);

  /** Whether a purge was interrupted, or is under way. */
  boolean hasPendingPurge();

  /** Every purge there was, oldest first. */
  List<PurgeRecord> purges();

  /** The version of the newest purge in a namespace, 0 when there was none. Never blocks. */
  long purgedVersion(int namespaceId);

  /**
   * Refuses what was read at a point that is held, when what it should have found has been purged
   * since; to be asked after the read. Never blocks.
   *
   * @param heldSince the visible version when holding it began
   * @throws dev.nacre.error.HistoryDroppedException when the namespace was purged since
   */
  void checkNotPurged(ReadPoint at, long heldSince, String namespace);

  /** Remembers that everything up to a version was backed up to a directory. Blocks. */
  void rememberBackup(Path directory, long version);

  /** The directories it was backed up to, with the newest version in each. */
  Map<Path, Long> backupDirectories();

  /**
   * Makes tombstones of what has expired and drops what retention does not keep, as the background
   * does now and then. What is dropped gives its space back when RocksDB has compacted it. Reads
   * and commits go on meanwhile. Blocks.
   *
   * @param stop asked often; when it says so, the sweep ends and what was done stays done
   * @throws java.util.concurrent.CancellationException when stopped
   * @throws dev.nacre.error.ResourceExhaustedException while the disk is full; what was done stays
   *     done
   * @throws dev.nacre.error.UnavailableException when storage fails, and for a store that was
   *     opened read-only
   */
  SweepReport sweep(BooleanSupplier stop);

  /**
   * Drains what was accepted, then refuses. Idempotent; blocks.
   *
   * @throws IllegalStateException in a sink or listener of this store, where it would wait for
   *     itself
   */
  @Override
  void close();
}
