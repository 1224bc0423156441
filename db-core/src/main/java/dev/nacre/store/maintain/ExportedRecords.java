package dev.nacre.store.maintain;

import dev.nacre.error.ValidationException;
import dev.nacre.maintain.ExportRequest;
import dev.nacre.maintain.Progress;
import dev.nacre.model.AsOf;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Namespace;
import dev.nacre.model.Page;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.VersionedRecord;
import dev.nacre.store.Pin;
import dev.nacre.store.Store;
import dev.nacre.store.layout.PageCursor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * What an export has asked for, whatever it is written as: all of it at one read point, which is
 * held until this is closed, a page at a time. For one use and one thread.
 */
public final class ExportedRecords implements AutoCloseable {
  private static final int PAGE_RECORDS = 500;

  private final Store store;
  private final ExportRequest request;
  private final BooleanSupplier stop;
  private final ReadPoint at;
  private final Pin pin;
  private final List<Namespace> namespaces;
  private long records;

  /**
   * Fixes the moment.
   *
   * @param stop asked between pages
   * @throws ValidationException when a namespace that is named is not there
   */
  public ExportedRecords(Store store, ExportRequest request, BooleanSupplier stop) {
    this.store = store;
    this.request = request;
    this.stop = stop;
    this.at = store.resolve(request.asOf());
    // What is read last must still be there then.
    this.pin = store.pin(AsOf.at(at));
    try {
      this.namespaces = chosen();
    } catch (RuntimeException | Error e) {
      pin.close();
      throw e;
    }
  }

  /** Takes a record. */
  public interface Sink {
    /** Takes one, with the embeddings it has. */
    void record(VersionedRecord record) throws IOException;
  }

  /** The moment. */
  public ReadPoint at() {
    return at;
  }

  /** The namespaces, each once, in the order asked for; by name when all are. */
  public List<Namespace> namespaces() {
    return namespaces;
  }

  /** How many records were handed over. */
  public long count() {
    return records;
  }

  private List<Namespace> chosen() {
    List<Namespace> all = store.namespaces(at);
    if (request.namespaces().isEmpty()) {
      return all;
    }
    Map<String, Namespace> byName =
        all.stream().collect(Collectors.toMap(Namespace::name, namespace -> namespace));
    List<Namespace> found = new ArrayList<>();
    for (String name : request.namespaces()) {
      Namespace namespace = byName.get(name);
      if (namespace == null) {
        throw new ValidationException(
            "there is no namespace \"" + name + "\" at version " + at.version(),
            Map.of("namespace", name));
      }
      found.add(namespace);
    }
    return found.stream().distinct().toList();
  }

  /**
   * Hands over the records of a namespace in the order of their keys.
   *
   * @throws CancellationException when stopped
   */
  public void forEach(Namespace namespace, Sink sink) throws IOException {
    Set<String> spaces =
        namespace.spaces().stream().map(EmbeddingSpace::name).collect(Collectors.toSet());
    ScanRequest scan = ScanRequest.of(namespace.name()).withLimit(PAGE_RECORDS);
    // A cursor from before the first key: every page of every namespace is at one read point.
    String cursor = new PageCursor(PageCursor.Kind.SCAN, at, new byte[0]).encode();
    do {
      if (stop.getAsBoolean()) {
        throw new CancellationException("the export was stopped");
      }
      Page<VersionedRecord> page = store.scan(scan.withCursor(cursor));
      for (VersionedRecord record : withEmbeddings(namespace.name(), page.items(), spaces)) {
        sink.record(record);
        records++;
      }
      request.progress().accept(new Progress("records exported", records, -1));
      cursor = page.cursor();
    } while (cursor != null);
  }

  private List<VersionedRecord> withEmbeddings(
      String namespace, List<VersionedRecord> found, Set<String> spaces) {
    if (spaces.isEmpty()
        || found.stream().allMatch(record -> record.embeddingVersions().isEmpty())) {
      return found;
    }
    List<String> keys = found.stream().map(VersionedRecord::key).toList();
    return store.getAll(at, namespace, keys, spaces).stream().flatMap(Optional::stream).toList();
  }

  @Override
  public void close() {
    pin.close();
  }
}
