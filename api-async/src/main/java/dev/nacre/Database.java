package dev.nacre;

import static java.util.Objects.requireNonNull;

import dev.nacre.diff.DiffPage;
import dev.nacre.diff.DiffRequest;
import dev.nacre.feed.ChangeEvent;
import dev.nacre.feed.WatchRequest;
import dev.nacre.maintain.Backup;
import dev.nacre.maintain.BackupRequest;
import dev.nacre.maintain.CompactReport;
import dev.nacre.maintain.ExportReport;
import dev.nacre.maintain.ExportRequest;
import dev.nacre.maintain.ImportReport;
import dev.nacre.maintain.ImportRequest;
import dev.nacre.maintain.PurgeReport;
import dev.nacre.maintain.PurgeRequest;
import dev.nacre.maintain.SweepReport;
import dev.nacre.model.AsOf;
import dev.nacre.model.Commit;
import dev.nacre.model.CommitInfo;
import dev.nacre.model.HistoryEntry;
import dev.nacre.model.HistoryRequest;
import dev.nacre.model.Namespace;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Page;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.WriteBatch;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * A versioned database of records, their embeddings and their history.
 *
 * <pre>{@code
 * try (Database db = Database.open(Path.of("memory"))) {
 *   Commit commit = db.put("notes", "n1", Value.text("Nacre is laid down in layers")).join();
 *   Optional<VersionedRecord> note = db.get("notes", "n1").join();
 * }
 * }</pre>
 *
 * <p><b>Threads.</b> Thread-safe. Only {@link #open} and {@link #close} block. Futures are hot: the
 * call has begun when they are returned. A {@link #get} that memory can answer returns a completed
 * future; other reads complete on a thread of the database's read pool, writes on one of the
 * store's completion threads, calls that miss their deadline on a virtual thread. Those threads
 * serve every caller: <em>a callback must not block</em>; one that has to moves away with {@code
 * thenApplyAsync}. A platform thread that waits for a get or a search with {@code join()} or {@code
 * get()} without a timeout may do the read itself, and runs its callbacks then; a timeout, {@code
 * cancel} or an interrupt releases it only when that read returns. {@code get(time, unit)} always
 * waits.
 *
 * <p><b>Versions.</b> Every write is a commit with a version; once its future has completed, every
 * read sees it. Every read says at which version it was answered, and takes an {@link AsOf} in its
 * request.
 *
 * <p><b>Failures.</b> A null argument throws {@link NullPointerException} at once. Everything else
 * fails the future with a {@code dev.nacre.error.NacreException} itself: {@code whenComplete} and
 * {@code handle} on the returned future see it unwrapped. (Stages derived from it, {@code join} and
 * {@code get} wrap it, as {@code CompletableFuture} does with every failure.)
 *
 * <p><b>Cancelling</b> the returned future takes a read out of its queue, or throws its answer away
 * when it has begun. It withdraws a write that has not been grouped; when it is too late for that,
 * {@code cancel} answers false and the future completes with the commit. Cancelling a stage derived
 * from the future withdraws nothing. A caller may complete a returned future: he fools only
 * himself.
 *
 * <p><b>Closing</b> refuses new calls with {@code DatabaseClosedException}, lets those in flight
 * end, commits what was accepted, then closes the files.
 */
public interface Database extends AutoCloseable {

  /**
   * Opens the database in {@code directory} with the default options, creating it when there is
   * none. Blocks.
   *
   * @throws dev.nacre.error.NacreException as {@link #open(DatabaseOptions)}
   */
  static Database open(Path directory) {
    return open(DatabaseOptions.in(directory));
  }

  /**
   * Opens a database. Blocks.
   *
   * @throws dev.nacre.error.LockedException when another process or handle owns the directory
   * @throws dev.nacre.error.FormatException when the directory is foreign or of a newer format
   * @throws dev.nacre.error.CorruptionException when acknowledged commits are missing or files are
   *     damaged
   * @throws dev.nacre.error.ValidationException when a similarity provider is named that is absent
   */
  static Database open(DatabaseOptions options) {
    return EmbeddedDatabase.open(requireNonNull(options, "options"));
  }

  /**
   * Opens a database without owning it, beside a running owner or alone, as it is at this moment:
   * later commits are not seen, and {@code stats()} names the version. Nothing is written; writes
   * fail with {@code UnavailableException}. Search compares every vector, because the indexes are
   * the owner's. Blocks.
   *
   * @throws dev.nacre.error.FormatException when there is no database
   * @throws dev.nacre.error.CorruptionException when acknowledged commits are missing or files are
   *     damaged
   */
  static Database openReadOnly(Path directory) {
    return open(DatabaseOptions.builder(requireNonNull(directory, "directory")).readOnly().build());
  }

  /** Opens an empty database in memory, gone when it is closed. Blocks for a moment. */
  static Database openInMemory() {
    return open(DatabaseOptions.inMemory());
  }

  /**
   * Opens a database on a thread of its own. Cancelling the future closes what has been opened.
   * Fails with what {@link #open(DatabaseOptions)} throws.
   */
  static CompletableFuture<Database> openAsync(DatabaseOptions options) {
    return Opening.begin(requireNonNull(options, "options"));
  }

  /**
   * Writes the value of a record, keeping its metadata and embeddings; creates the record and the
   * namespace when there are none.
   */
  CompletableFuture<Commit> put(String namespace, String key, Value value);

  /**
   * Writes the value of a record and the other parts that the request names, under its condition. A
   * text to embed is embedded first, by the database's embedder.
   */
  CompletableFuture<Commit> put(PutRequest request);

  /** Writes a vector into the default embedding space (cosine), keeping value and metadata. */
  CompletableFuture<Commit> embed(String namespace, String key, float... vector);

  /** Writes an embedding, given or of a text, and the metadata when the request names it. */
  CompletableFuture<Commit> embed(EmbedRequest request);

  /** Removes a record. Its history stays. */
  CompletableFuture<Commit> delete(String namespace, String key);

  /** Removes a record under a condition. */
  CompletableFuture<Commit> delete(DeleteRequest request);

  /** Commits a batch: all of its writes, or none. */
  CompletableFuture<Commit> batch(WriteBatch batch);

  /** Commits a batch with a durability and a timeout of its own. */
  CompletableFuture<Commit> batch(BatchRequest request);

  /** Reads a record as it is now; empty when there is none. From memory without a hand-over. */
  CompletableFuture<Optional<VersionedRecord>> get(String namespace, String key);

  /** Reads a record as of a moment, with embeddings when asked. */
  CompletableFuture<Optional<VersionedRecord>> get(GetRequest request);

  /**
   * Reads a record that must be there; fails with {@code KeyNotFoundException}, naming near keys.
   */
  CompletableFuture<VersionedRecord> require(String namespace, String key);

  /** Reads a record that must be there as of a moment. */
  CompletableFuture<VersionedRecord> require(GetRequest request);

  /** Whether there is a record now. */
  CompletableFuture<Boolean> contains(String namespace, String key);

  /** Whether there is a record as of a moment. */
  CompletableFuture<Boolean> contains(GetRequest request);

  /** Reads records in the order of {@code keys}, all at one read point. */
  CompletableFuture<List<Optional<VersionedRecord>>> getAll(String namespace, List<String> keys);

  /** Reads records as of a moment, with embeddings when asked. */
  CompletableFuture<List<Optional<VersionedRecord>>> getAll(GetAllRequest request);

  /** The ten records nearest to a vector in the default embedding space. */
  CompletableFuture<SearchResult> similar(String namespace, float... vector);

  /**
   * The records nearest to a vector, or to a text by the database's embedder. A text without a
   * space of its own is searched in the embedder's space.
   */
  CompletableFuture<SearchResult> similar(SearchRequest request);

  /** Every record of a namespace in key order; see {@link #scan(ScanRequest)}. */
  Flow.Publisher<VersionedRecord> scan(String namespace);

  /**
   * The records of a range in key order, as a stream. Nothing happens before a subscriber asks for
   * records. Each subscriber gets a scan of its own, all of it at the read point of its first page;
   * pages of the request's limit are read on demand, one at a time. Between pages a scan holds no
   * thread, but the history of its moment: cancel one that nobody reads. After the database was
   * closed, the next page fails with {@code DatabaseClosedException}.
   */
  Flow.Publisher<VersionedRecord> scan(ScanRequest request);

  /** One page of a range; continue with its cursor at the same read point. */
  CompletableFuture<Page<VersionedRecord>> scanPage(ScanRequest request);

  /** The newest 100 versions of a key, newest first, tombstones included. */
  CompletableFuture<Page<HistoryEntry>> history(String namespace, String key);

  /** One page of a key's versions, from either end. */
  CompletableFuture<Page<HistoryEntry>> history(HistoryRequest request);

  /**
   * Holds the newest state for reads that can be repeated; to be closed. See {@link
   * #snapshot(AsOf)}.
   */
  CompletableFuture<Snapshot> snapshot();

  /**
   * Holds the state of a moment for reads that can be repeated. Close it: as long as it is open, no
   * history that it needs is dropped.
   */
  CompletableFuture<Snapshot> snapshot(AsOf asOf);

  /**
   * One page of what differs between two moments, in key order, JSON values as patches. Costs the
   * changes since the earlier moment, or a scan of the range at both, whichever is less.
   *
   * <p>Fails with {@code HistoryDroppedException} when retention has dropped what it needs.
   */
  CompletableFuture<DiffPage> diff(DiffRequest request);

  /**
   * Writes the state that a key had at a moment as a new version, or deletes the key if it was
   * absent then. See {@link RestoreRequest} for what that means for expiry and for writes
   * meanwhile.
   */
  CompletableFuture<Commit> restore(String namespace, String key, AsOf asOf);

  /**
   * Writes the state that a key, or all keys with a prefix, had at a moment, in one commit.
   *
   * <p>Fails with {@code ConflictException} when the condition does not hold, and with {@code
   * ValidationException} when an old record has expired since, nothing differs, or it is more than
   * one commit may hold.
   */
  CompletableFuture<Commit> restore(RestoreRequest request);

  /**
   * Follows the changes of a namespace: every one, in commit order, first those that have been,
   * from the log, then those that come, as they come. Each subscriber gets a stream of its own, at
   * its own pace: a page is read when there is demand and none is left of the one before, nothing
   * else is held, and no writer ever waits. While a subscription lasts, no history that is still to
   * come for it is dropped: cancel those that nobody reads.
   *
   * <p>The stream ends only when it was given an end. It fails with {@code ValidationException}
   * when it is to begin at a version that is not there, with {@code HistoryDroppedException}
   * (details {@code oldest}) when changes behind it were dropped, and with {@code
   * DatabaseClosedException} when the database is closed, at once, whatever had not been delivered.
   * When storage does not answer it fails with {@code DeadlineExceededException}, and when too many
   * reads wait as it begins, with {@code ResourceExhaustedException}. Resubscribe behind the last
   * event that {@link ChangeEvent#endsCommit ended its commit}.
   */
  Flow.Publisher<ChangeEvent> watch(WatchRequest request);

  /** The namespaces there are now, by name. */
  CompletableFuture<List<Namespace>> namespaces();

  /** The namespaces there were at a moment, by name. */
  CompletableFuture<List<Namespace>> namespaces(AsOf asOf);

  /** Sets the options of a namespace, whole, creating it when there is none. */
  CompletableFuture<Commit> configure(String namespace, NamespaceOptions options);

  /** Deletes a namespace with all its records. As-of reads before this commit still see them. */
  CompletableFuture<Commit> deleteNamespace(String namespace);

  /** Runs a transaction with the default options. */
  default <T extends @Nullable Object> CompletableFuture<TransactionResult<T>> transaction(
      TransactionFunction<T> function) {
    return transaction(TransactionOptions.DEFAULT, function);
  }

  /**
   * Runs a transaction: {@code function} reads at one read point and buffers writes, over any
   * namespaces; they are committed together when its stage completes, unless a record it writes or
   * has locked has changed since the read point (written, deleted, expired, its namespace deleted).
   * Then it runs again at the newest version, after a random pause whose bound doubles up to a
   * quarter of a second.
   *
   * <p>This is snapshot isolation: no lost update, no unrepeatable read. Two transactions that each
   * write what the other one reads can both commit (write skew), unless they {@link
   * Transaction#lock lock} what they read; new keys in a range that was scanned are not noticed
   * (phantoms): lock a record that stands for the range, and write it with every change.
   *
   * <p>The function first runs on the caller's thread before this returns, later on virtual
   * threads. A function that writes nothing commits nothing. Fails with what the function throws or
   * its stage fails with, not wrapped; with {@code ConflictException}, which names the key, after
   * the last attempt (details {@code attempts}) or at once for the condition of a single write;
   * with {@code DeadlineExceededException} when it takes too long; and as every write does.
   * Cancelling ends it unless its commit is grouped, and cancels the function's stage. Closing does
   * not wait for the function: its next call fails.
   */
  <T extends @Nullable Object> CompletableFuture<TransactionResult<T>> transaction(
      TransactionOptions options, TransactionFunction<T> function);

  /** What the log keeps of a commit; empty when there is none of that version yet. */
  CompletableFuture<Optional<CommitInfo>> commit(long version);

  /** What the database says of itself. */
  CompletableFuture<DatabaseStats> stats();

  // ---- Looking after it. One of these calls runs at a time, on a thread of its own, and without a
  // deadline; cancelling its future stops it at its next step. Closing waits for it.

  /**
   * Makes a backup while reads and writes go on. Every commit that was acknowledged before this
   * call is in it. Until it is complete, the backup directory lists the earlier ones only, whatever
   * happens. {@link Maintenance#restore} restores it.
   *
   * <p>Fails with Validation for a database in memory and for a directory of another database's
   * backups, Locked when another process makes a backup there, Unavailable for a database that was
   * opened read-only.
   */
  CompletableFuture<Backup> backup(BackupRequest request);

  /**
   * Writes records as JSON Lines, all as of one moment, in bounded memory. {@code
   * docs/reference/json-lines.md} draws the format.
   */
  CompletableFuture<ExportReport> exportLines(ExportRequest request);

  /**
   * Commits the records of JSON Lines in their order, some at a time. Parts of a record that its
   * line does not name are kept. When a line is refused, everything before the commit it would be
   * in has been committed, and nothing after; the failure's details name the {@code line} and the
   * {@code committedLines}.
   */
  CompletableFuture<ImportReport> importLines(ImportRequest request);

  /**
   * Writes records as an Arrow table, all as of one moment, in bounded memory, for pyarrow, DuckDB,
   * Polars and LanceDB: a file in Arrow's file format; one named {@code .arrows}, and a stream, in
   * the streaming format. {@code docs/reference/arrow.md} draws the columns.
   *
   * <p>Fails with Validation when the namespaces have more embedding spaces than fit into a row,
   * Unavailable when this JVM was started without {@code --add-opens=java.base/java.nio=…}.
   */
  CompletableFuture<ExportReport> exportArrow(ExportRequest request);

  /**
   * Commits the rows of an Arrow table in their order, some at a time; the file format or the
   * streaming format, whichever it is. Parts of a record that its row does not have are kept.
   *
   * <p>Fails with Serialization, before anything is committed, when a column is wrong; the details
   * name the {@code column}. When a row is refused, everything before the commit it would be in has
   * been committed, and nothing after; the details name the {@code row} and the {@code
   * committedRows}.
   */
  CompletableFuture<ImportReport> importArrow(ImportRequest request);

  /**
   * Erases a key, every key with a prefix, or a namespace: every version there ever was, from
   * records, vectors, history, log and indexes, and from the files in the directory. It begins with
   * a commit. From that on nothing of it can be read, as of no moment; what is written to the same
   * keys later is not concerned. When the future completes nothing of it is left in the directory.
   *
   * <p>The log keeps that something was purged, when, by whom and why, without the key ({@link
   * #commit}, {@link ChangeEvent.RecordPurged}). Snapshots and transactions from before fail with
   * {@code HistoryDroppedException} (details {@code reason=purged}) where they read the namespace.
   * Backups and exports lie outside: the report lists the backups that are known to hold it.
   *
   * <p>Costs a walk over the namespace's log and rewriting the files that hold its rows. What is
   * not there is purged with a report of zeros. Fails with Validation for a key that cannot be one,
   * Unavailable for a database that was opened read-only. When it fails behind its commit (a full
   * disk, details {@code purge=pending}), nothing of it can be read, and the rest is done when the
   * next purge begins or the database is opened again, as after a crash. Cancelling withdraws it
   * before it has begun only.
   */
  CompletableFuture<PurgeReport> purge(PurgeRequest request);

  /**
   * What has been purged, oldest first, with the backups that still hold it. One that is not
   * complete is under way, or goes on when the database is opened again.
   */
  CompletableFuture<List<PurgeReport>> purges();

  /** Rewrites the files, so that what was overwritten or deleted gives its space back. */
  CompletableFuture<CompactReport> compact();

  /**
   * Ends records that have expired by tombstones and drops the history that the retention of
   * namespaces does not keep, as the background does every {@link DatabaseOptions#sweepInterval()}.
   * What a snapshot or a watch needs is kept, and everything younger than a minute. Reads and
   * writes go on meanwhile. Space is given back when the files are rewritten, by the storage engine
   * in its own time or by {@link #compact()}.
   *
   * <p>Fails with ResourceExhausted while the disk is full, Unavailable when storage fails or the
   * database was opened read-only; what was done until then stays done.
   */
  CompletableFuture<SweepReport> sweep();

  /** The same database with {@code Mono} and {@code Flux}. Costs nothing; needs no closing. */
  default ReactiveDatabase reactive() {
    return new ReactiveOverFutures(this);
  }

  /**
   * Closes the database; idempotent. Each call gets a future of its own. Closing goes on when the
   * future is cancelled.
   */
  CompletableFuture<Void> closeAsync();

  /**
   * Closes the database and waits until it is closed; idempotent. Called inside a callback of this
   * database it only begins to close: waiting there could wait for itself.
   */
  @Override
  void close();
}
