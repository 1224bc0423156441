package dev.nacre;

import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Page;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * One run of a transaction: every read is answered at one read point, overlaid with the
 * transaction's own writes; writes are buffered and committed together when the function is done.
 *
 * <p><b>Own writes.</b> A record that the transaction has written has version 0 until it is
 * committed, and so have the parts it has written: their versions are not known yet. Its expiry is
 * what its writes say, counted from the read point; a time to live that the namespace will add is
 * not in it.
 *
 * <p><b>Not here.</b> Searches and history are not offered: they know nothing of buffered writes.
 * Ask the database. Texts are not embedded in transactions: pass a vector.
 *
 * <p><b>Failures.</b> Reads fail their future as those of {@link Database} do. Writes throw {@code
 * ValidationException} at once for what can be seen at once, the rest fails the transaction. After
 * the function has ended (or its deadline has passed, or it was cancelled) every read and write
 * fails with {@code ValidationException}, details {@code transaction=ended}.
 *
 * <p>Thread-safe; a read sees the writes that were buffered when it was called.
 */
public interface Transaction {

  /** The version and instant that everything is read at. */
  ReadPoint readPoint();

  /** Reads a record. */
  CompletableFuture<Optional<VersionedRecord>> get(String namespace, String key);

  /** Reads a record, with embeddings when asked; the request must ask for now. */
  CompletableFuture<Optional<VersionedRecord>> get(GetRequest request);

  /** Reads a record that must be there; fails with {@code KeyNotFoundException}. */
  CompletableFuture<VersionedRecord> require(String namespace, String key);

  /** Whether there is a record. */
  CompletableFuture<Boolean> contains(String namespace, String key);

  /** Reads records in the order of {@code keys}. */
  CompletableFuture<List<Optional<VersionedRecord>>> getAll(String namespace, List<String> keys);

  /** Reads records, with embeddings when asked; the request must ask for now. */
  CompletableFuture<List<Optional<VersionedRecord>>> getAll(GetAllRequest request);

  /**
   * Reads one page of a range; the request must ask for now. Continue with its cursor in the same
   * run only; a page may be empty though more follow.
   */
  CompletableFuture<Page<VersionedRecord>> scanPage(ScanRequest request);

  /** Buffers a write of a record's value. */
  void put(String namespace, String key, Value value);

  /**
   * Buffers a write. Its condition is judged at commit, after the transaction's own check, and a
   * conflict with it is final. Options and attributes belong to the transaction: the request must
   * not have any, nor a text to embed.
   */
  void put(PutRequest request);

  /** Buffers a vector in the default embedding space. */
  void embed(String namespace, String key, float... vector);

  /** Buffers an embedding, as {@link #put(PutRequest)} buffers a write. */
  void embed(EmbedRequest request);

  /** Buffers the removal of a record. */
  void delete(String namespace, String key);

  /** Buffers the removal of a record, as {@link #put(PutRequest)} buffers a write. */
  void delete(DeleteRequest request);

  /**
   * Makes a record that is read and not written part of the check: when it changes before the
   * commit, the transaction conflicts. Also for a record that is absent and must stay so. A
   * transaction that writes nothing needs no locks: what it reads is one moment already.
   */
  void lock(String namespace, String key);

  /** Says what the commit says of itself, in place of the options' attributes. */
  void attributes(CommitAttributes attributes);
}
