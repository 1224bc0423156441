package dev.nacre;

import static java.util.Objects.requireNonNull;

import dev.nacre.error.KeyNotFoundException;
import dev.nacre.error.ValidationException;
import dev.nacre.model.AsOf;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Embedding;
import dev.nacre.model.Page;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.RecordKey;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.SnapshotCheck;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.runtime.Call;
import dev.nacre.runtime.Dispatcher;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One run of a transaction's function. The lock guards what is buffered and is held for moments
 * only: nothing is called and nothing is waited for inside it.
 */
final class BufferedTransaction implements Transaction {
  private final Dispatcher dispatcher;
  private final ReadPoint at;
  private final TransactionPages pages;
  private final Object lock = new Object();
  private final OwnWrites writes = new OwnWrites();
  private final Set<RecordKey> locked = new LinkedHashSet<>();
  private CommitAttributes attributes;
  private boolean ended;

  BufferedTransaction(Dispatcher dispatcher, ReadPoint at, CommitAttributes attributes) {
    this.dispatcher = dispatcher;
    this.at = at;
    this.attributes = attributes;
    this.pages = new TransactionPages(dispatcher, at);
  }

  /**
   * Ends the run: nothing is read or written through it any more. Answers what is to be committed,
   * the first time; null when there is nothing.
   */
  @Nullable WriteBatch end() {
    List<Write> all;
    List<RecordKey> locks;
    CommitAttributes said;
    synchronized (lock) {
      if (ended) {
        return null;
      }
      ended = true;
      all = writes.all();
      locks = List.copyOf(locked);
      said = attributes;
    }
    return all.isEmpty() ? null : WriteBatch.of(all, said).withCheck(new SnapshotCheck(at, locks));
  }

  @Override
  public ReadPoint readPoint() {
    return at;
  }

  @Override
  public CompletableFuture<Optional<VersionedRecord>> get(String namespace, String key) {
    return get(GetRequest.of(namespace, key));
  }

  @Override
  public CompletableFuture<Optional<VersionedRecord>> get(GetRequest request) {
    requireNonNull(request, "request");
    return read(
        () -> {
          checkNow(request.asOf());
          List<Write> own = own(request.namespace(), request.key());
          return DerivedRead.of(
              dispatcher.execute(
                  held(
                      request.namespace(),
                      new Call.GetAt(at, request.namespace(), request.key(), request.spaces()))),
              stored -> overlaid(stored, request.key(), own, request.spaces()));
        });
  }

  @Override
  public CompletableFuture<VersionedRecord> require(String namespace, String key) {
    CompletableFuture<Optional<VersionedRecord>> read = get(namespace, key);
    return DerivedRead.ofStage(
        read,
        found ->
            found
                .map(CompletableFuture::completedFuture)
                .orElseGet(() -> notFound(namespace, key)));
  }

  private CompletableFuture<VersionedRecord> notFound(String namespace, String key) {
    boolean own;
    synchronized (lock) {
      own = !writes.to(namespace, key).isEmpty();
    }
    if (own) {
      return CompletableFuture.failedFuture(
          new KeyNotFoundException(
              "no record \""
                  + key
                  + "\" in namespace \""
                  + namespace
                  + "\": the transaction itself has removed it",
              Map.of("namespace", namespace, "key", key)));
    }
    return DerivedRead.ofStage(
        dispatcher.execute(held(namespace, new Call.NearAt(at, namespace, key))),
        CompletableFuture::failedFuture);
  }

  @Override
  public CompletableFuture<Boolean> contains(String namespace, String key) {
    return DerivedRead.of(get(namespace, key), Optional::isPresent);
  }

  @Override
  public CompletableFuture<List<Optional<VersionedRecord>>> getAll(
      String namespace, List<String> keys) {
    requireNonNull(namespace, "namespace");
    List<String> copied = List.copyOf(keys);
    return read(() -> getAll(GetAllRequest.of(namespace, copied)));
  }

  @Override
  public CompletableFuture<List<Optional<VersionedRecord>>> getAll(GetAllRequest request) {
    requireNonNull(request, "request");
    return read(
        () -> {
          checkNow(request.asOf());
          List<List<Write>> own = new ArrayList<>(request.keys().size());
          synchronized (lock) {
            checkRunning();
            for (String key : request.keys()) {
              own.add(writes.to(request.namespace(), key));
            }
          }
          return DerivedRead.of(
              dispatcher.execute(
                  held(
                      request.namespace(),
                      new Call.GetAllAt(
                          at, request.namespace(), request.keys(), request.spaces()))),
              stored -> {
                List<Optional<VersionedRecord>> records = new ArrayList<>(stored.size());
                for (int i = 0; i < stored.size(); i++) {
                  records.add(
                      overlaid(stored.get(i), request.keys().get(i), own.get(i), request.spaces()));
                }
                return List.copyOf(records);
              });
        });
  }

  private <R> Call<R> held(String namespace, Call.Read<R> read) {
    return new Call.Held<>(read, at, at.version(), namespace);
  }

  private Optional<VersionedRecord> overlaid(
      Optional<VersionedRecord> stored, String key, List<Write> own, Set<String> spaces) {
    return own.isEmpty()
        ? stored
        : Optional.ofNullable(OwnWrites.after(stored.orElse(null), key, own, spaces, at));
  }

  @Override
  public CompletableFuture<Page<VersionedRecord>> scanPage(ScanRequest request) {
    requireNonNull(request, "request");
    return read(
        () -> {
          checkNow(request.asOf());
          ScanRequest range = pages.continued(request);
          NavigableMap<String, List<Write>> own;
          synchronized (lock) {
            checkRunning();
            own = writes.in(range);
          }
          return pages.read(range, own);
        });
  }

  @Override
  public void put(String namespace, String key, Value value) {
    put(PutRequest.of(namespace, key, value));
  }

  @Override
  public void put(PutRequest request) {
    requireNonNull(request, "request");
    checkParts(request.key(), request.options(), request.attributes());
    if (request.embedText() != null) {
      throw textRefused(request.key());
    }
    add(request.key(), request.write());
  }

  @Override
  public void embed(String namespace, String key, float... vector) {
    requireNonNull(vector, "vector");
    embed(EmbedRequest.of(namespace, key, Embedding.of(vector)));
  }

  @Override
  public void embed(EmbedRequest request) {
    requireNonNull(request, "request");
    checkParts(request.key(), request.options(), request.attributes());
    switch (request.source()) {
      case EmbedRequest.Source.Given given ->
          add(request.key(), request.write(List.of(given.embedding())));
      case EmbedRequest.Source.Text _ -> throw textRefused(request.key());
    }
  }

  @Override
  public void delete(String namespace, String key) {
    delete(DeleteRequest.of(namespace, key));
  }

  @Override
  public void delete(DeleteRequest request) {
    requireNonNull(request, "request");
    checkParts(request.key(), request.options(), request.attributes());
    add(request.key(), request.write());
  }

  @Override
  public void lock(String namespace, String key) {
    RecordKey record = new RecordKey(namespace, key);
    synchronized (lock) {
      checkRunning();
      locked.add(record);
    }
  }

  @Override
  public void attributes(CommitAttributes said) {
    requireNonNull(said, "attributes");
    synchronized (lock) {
      checkRunning();
      attributes = said;
    }
  }

  private void add(String key, Write write) {
    synchronized (lock) {
      checkRunning();
      writes.add(key, write);
    }
  }

  private List<Write> own(String namespace, String key) {
    synchronized (lock) {
      checkRunning();
      return writes.to(namespace, key);
    }
  }

  /** A read; whatever it refuses fails its future. */
  private static <R> CompletableFuture<R> read(Supplier<CompletableFuture<R>> read) {
    try {
      return read.get();
    } catch (ValidationException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void checkRunning() {
    if (ended) {
      throw new ValidationException(
          "the transaction has ended: its function's stage has completed, its deadline has passed"
              + " or it was cancelled; read and write before the stage completes",
          Map.of("transaction", "ended"));
    }
  }

  private void checkNow(AsOf asOf) {
    if (asOf != AsOf.Now.NOW) {
      throw new ValidationException(
          "a transaction reads at version "
              + at.version()
              + ", the request asks for "
              + asOf
              + "; leave it out, or ask the database",
          Map.of("asOf", asOf.toString()));
    }
  }

  private static void checkParts(String key, WriteOptions options, CommitAttributes attributes) {
    if (!options.equals(WriteOptions.DEFAULT) || !attributes.equals(CommitAttributes.NONE)) {
      throw new ValidationException(
          "the write to \""
              + key
              + "\" has options or attributes of its own: those of a transaction are set once, by"
              + " TransactionOptions or attributes(…)",
          Map.of("key", key));
    }
  }

  private static ValidationException textRefused(String key) {
    return new ValidationException(
        "the write to \""
            + key
            + "\" has a text to embed: transactions take vectors; embed the text before, or write"
            + " it with the database",
        Map.of("key", key));
  }
}
