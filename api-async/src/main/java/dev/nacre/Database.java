package dev.nacre;

import dev.nacre.model.AsOf;
import dev.nacre.model.Commit;
import dev.nacre.model.HistoryEntry;
import dev.nacre.model.HistoryRequest;
import dev.nacre.model.Namespace;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Page;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.WriteBatch;
import dev.nacre.runtime.EmbeddedDatabase;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/**
 * A versioned database: records by key, found by meaning, as they are and as they were.
 *
 * <p><b>Threads.</b> Thread-safe. {@link #open} and {@link #close} block; nothing else does: every
 * call returns at once with a future, also when the disk or the committer is stuck. Reads that find
 * their record in memory complete before they return; other reads and searches complete on the
 * database's reader threads, writes on its completion threads. A callback that takes long belongs
 * on an executor of yours: attach it with an {@code …Async} method.
 *
 * <p><b>Failures.</b> A {@code null} argument throws {@code NullPointerException} at once.
 * Everything else fails the future with a {@link dev.nacre.error.NacreException}, not wrapped in
 * another.
 *
 * <p><b>Cancelling</b> a future withdraws a write that is not yet part of a group, and a read that
 * has not begun; later it only detaches you from the outcome.
 *
 * <p><b>Read your writes.</b> Once the future of a write completes, every read and search that
 * begins sees it.
 */
public interface Database extends AutoCloseable {

  /** Opens the database in {@code directory}, creating it when it is not there. Blocks. */
  static Database open(Path directory) {
    return open(DatabaseOptions.in(directory));
  }

  /**
   * Opens a database. Blocks.
   *
   * @throws dev.nacre.error.LockedException when another process or handle owns the directory
   * @throws dev.nacre.error.FormatException when it is of a newer format or not a Nacre directory
   * @throws dev.nacre.error.CorruptionException when files are damaged or acknowledged commits are
   *     missing
   */
  static Database open(DatabaseOptions options) {
    return EmbeddedDatabase.open(options);
  }

  /** Opens a database in memory, gone when closed. Blocks briefly. */
  static Database openInMemory() {
    return open(DatabaseOptions.inMemory());
  }

  /** {@link #open(DatabaseOptions)} on another thread. */
  static CompletableFuture<Database> openAsync(DatabaseOptions options) {
    return EmbeddedDatabase.openAsync(options);
  }

  /** Sets the value of a record, keeping its other parts. */
  default CompletableFuture<Commit> put(String namespace, String key, Value value) {
    return put(PutRequest.of(namespace, key, value));
  }

  /** Sets the value of a record and whatever else the request names. */
  CompletableFuture<Commit> put(PutRequest request);

  /** Commits a batch: all of it or nothing. */
  default CompletableFuture<Commit> batch(WriteBatch batch) {
    return batch(new BatchRequest(batch, WriteOptions.DEFAULT));
  }

  /** Commits a batch as the request says. */
  CompletableFuture<Commit> batch(BatchRequest request);

  /**
   * The record of a key; empty when there is none. From memory: complete when it returns, at a few
   * microseconds.
   */
  default CompletableFuture<Optional<VersionedRecord>> get(String namespace, String key) {
    return get(GetRequest.of(namespace, key));
  }

  /** The record of a key as of a moment, with the vectors asked for. */
  CompletableFuture<Optional<VersionedRecord>> get(GetRequest request);

  /**
   * The record of a key; fails with {@code KeyNotFound}, which names near keys, when there is none.
   */
  default CompletableFuture<VersionedRecord> require(String namespace, String key) {
    return require(GetRequest.of(namespace, key));
  }

  /** The same as of a moment, with the vectors asked for. */
  CompletableFuture<VersionedRecord> require(GetRequest request);

  /** The records of keys, in their order, all at one version. */
  default CompletableFuture<List<Optional<VersionedRecord>>> getAll(
      String namespace, List<String> keys) {
    return getAll(GetAllRequest.of(namespace, keys));
  }

  /** The records of keys as of a moment. */
  CompletableFuture<List<Optional<VersionedRecord>>> getAll(GetAllRequest request);

  /** Whether there is a record of that key. */
  default CompletableFuture<Boolean> contains(String namespace, String key) {
    return contains(GetRequest.of(namespace, key));
  }

  /** Whether there was a record of that key at a moment. */
  CompletableFuture<Boolean> contains(GetRequest request);

  /** Deletes a record; its history stays. */
  default CompletableFuture<Commit> delete(String namespace, String key) {
    return delete(DeleteRequest.of(namespace, key));
  }

  /** Deletes a record as the request says. */
  CompletableFuture<Commit> delete(DeleteRequest request);

  /**
   * Sets the embedding of a record in the default space (cosine), keeping its other parts. The
   * vector is copied.
   */
  CompletableFuture<Commit> embed(String namespace, String key, float... vector);

  /** Sets the embedding of a record, from a vector or a text. */
  CompletableFuture<Commit> embed(EmbedRequest request);

  /**
   * The records whose embeddings are nearest to a vector in the default space, at most {@code k}.
   */
  CompletableFuture<SearchResult> similar(String namespace, float[] vector, int k);

  /** The records nearest to a vector or to the meaning of a text. */
  CompletableFuture<SearchResult> similar(SearchRequest request);

  /**
   * The records of a range in key order, all at one version, fetched page by page as the subscriber
   * asks. Each subscription is a scan of its own. One that is never finished holds nothing.
   */
  Flow.Publisher<VersionedRecord> scan(ScanRequest request);

  /** One page of a scan. */
  CompletableFuture<Page<VersionedRecord>> scanPage(ScanRequest request);

  /** The newest 100 versions of a key, newest first, tombstones included. */
  default CompletableFuture<Page<HistoryEntry>> history(String namespace, String key) {
    return history(HistoryRequest.of(namespace, key));
  }

  /** One page of the versions of a key. */
  CompletableFuture<Page<HistoryEntry>> history(HistoryRequest request);

  /** The namespaces there are, by name. */
  default CompletableFuture<List<Namespace>> namespaces() {
    return namespaces(AsOf.now());
  }

  /** The namespaces there were at a moment, by name. */
  CompletableFuture<List<Namespace>> namespaces(AsOf asOf);

  /** Sets the options of a namespace, creating it when there is none. */
  CompletableFuture<Commit> configure(String namespace, NamespaceOptions options);

  /** Deletes a namespace with all its records; reads as of before still see them. */
  CompletableFuture<Commit> deleteNamespace(String namespace);

  /** What the database says of itself. */
  CompletableFuture<DatabaseStats> stats();

  /** The same calls as cold {@code Mono}s and {@code Flux}es. */
  ReactiveDatabase reactive();

  /** Refuses new calls, finishes those under way, closes. Idempotent; never blocks. */
  CompletableFuture<Void> closeAsync();

  /**
   * The same, and waits for it. Must not be called from a callback of one of this database's
   * futures.
   */
  @Override
  void close();
}
