package dev.nacre;

import dev.nacre.model.HistoryEntry;
import dev.nacre.model.HistoryRequest;
import dev.nacre.model.Namespace;
import dev.nacre.model.Page;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.VersionedRecord;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/**
 * The database as it was at one moment (V, T): every read answers as of version V, and takes a
 * record for expired when it is at instant T. So reads can be repeated, and go together, whatever
 * is written meanwhile.
 *
 * <p>While it is open, the history it needs is not dropped: close it. It costs nothing else and
 * holds up nobody. It is not durable: it ends with the database, or with the process; {@code
 * AsOf.at(snapshot.readPoint())} reads the same later, as long as retention keeps it.
 *
 * <p>Thread-safe. Futures, threads and failures are those of {@link Database}. The moment of a
 * request is left at {@code AsOf.now()}, which means that of the snapshot; another moment, or a
 * cursor of another read, fails with {@code ValidationException}. After {@link #close} every call
 * fails with {@code ValidationException} (details {@code reason} is {@code snapshotClosed}), after
 * the database was closed with {@code DatabaseClosedException}.
 */
public interface Snapshot extends AutoCloseable {

  /** The version and instant of every answer. Also after closing. */
  ReadPoint readPoint();

  /** See {@link Database#get(String, String)}. */
  CompletableFuture<Optional<VersionedRecord>> get(String namespace, String key);

  /** See {@link Database#get(GetRequest)}. */
  CompletableFuture<Optional<VersionedRecord>> get(GetRequest request);

  /** See {@link Database#require(String, String)}. */
  CompletableFuture<VersionedRecord> require(String namespace, String key);

  /** See {@link Database#require(GetRequest)}. */
  CompletableFuture<VersionedRecord> require(GetRequest request);

  /** See {@link Database#contains(String, String)}. */
  CompletableFuture<Boolean> contains(String namespace, String key);

  /** See {@link Database#contains(GetRequest)}. */
  CompletableFuture<Boolean> contains(GetRequest request);

  /** See {@link Database#getAll(String, List)}. */
  CompletableFuture<List<Optional<VersionedRecord>>> getAll(String namespace, List<String> keys);

  /** See {@link Database#getAll(GetAllRequest)}. */
  CompletableFuture<List<Optional<VersionedRecord>>> getAll(GetAllRequest request);

  /** See {@link Database#similar(String, float...)}. */
  CompletableFuture<SearchResult> similar(String namespace, float... vector);

  /** See {@link Database#similar(SearchRequest)}. */
  CompletableFuture<SearchResult> similar(SearchRequest request);

  /** See {@link Database#scan(String)}. */
  Flow.Publisher<VersionedRecord> scan(String namespace);

  /** See {@link Database#scan(ScanRequest)}; ends with a failure when the snapshot is closed. */
  Flow.Publisher<VersionedRecord> scan(ScanRequest request);

  /** See {@link Database#scanPage}. */
  CompletableFuture<Page<VersionedRecord>> scanPage(ScanRequest request);

  /** See {@link Database#history(String, String)}; only versions up to that of the snapshot. */
  CompletableFuture<Page<HistoryEntry>> history(String namespace, String key);

  /** See {@link Database#history(HistoryRequest)}; only versions up to that of the snapshot. */
  CompletableFuture<Page<HistoryEntry>> history(HistoryRequest request);

  /** See {@link Database#namespaces()}. */
  CompletableFuture<List<Namespace>> namespaces();

  /** Lets the history go. Idempotent, never blocks; reads that are under way still end. */
  @Override
  void close();
}
