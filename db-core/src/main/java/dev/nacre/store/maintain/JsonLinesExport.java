package dev.nacre.store.maintain;

import dev.nacre.error.ValidationException;
import dev.nacre.maintain.ExportReport;
import dev.nacre.maintain.ExportRequest;
import dev.nacre.maintain.Progress;
import dev.nacre.model.AsOf;
import dev.nacre.model.Namespace;
import dev.nacre.model.Page;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.VersionedRecord;
import dev.nacre.store.Pin;
import dev.nacre.store.Store;
import dev.nacre.store.layout.PageCursor;
import dev.nacre.store.verify.IoFailures;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * Writes records as JSON Lines, all at one read point, a page at a time. For one use and one
 * thread.
 */
public final class JsonLinesExport {
  private static final int PAGE_RECORDS = 500;
  private static final int BUFFER_BYTES = 1 << 16;

  private final Store store;
  private final ExportRequest request;
  private final BooleanSupplier stop;
  private final JsonLineWriter lines;
  private final ReadPoint at;
  private long records;

  private JsonLinesExport(
      Store store, ExportRequest request, BooleanSupplier stop, OutputStream stream) {
    this.store = store;
    this.request = request;
    this.stop = stop;
    this.lines = new JsonLineWriter(stream);
    this.at = store.resolve(request.asOf());
  }

  /**
   * Exports. Blocks.
   *
   * @param stop asked between pages
   * @throws ValidationException when a namespace that is named is not there
   * @throws CancellationException when stopped
   */
  public static ExportReport run(Store store, ExportRequest request, BooleanSupplier stop) {
    return switch (request.target()) {
      case ExportRequest.ToStream target -> {
        OutputStream stream = new BufferedOutputStream(target.stream(), BUFFER_BYTES);
        try {
          ExportReport report = new JsonLinesExport(store, request, stop, stream).write();
          stream.flush();
          yield report;
        } catch (IOException e) {
          throw IoFailures.of("the export", Path.of("the stream it goes to"), e);
        }
      }
      case ExportRequest.ToFile target -> toFile(store, request, stop, target.path());
    };
  }

  /** A file that is cut short must not be taken for an export: it gets its name at the end. */
  private static ExportReport toFile(
      Store store, ExportRequest request, BooleanSupplier stop, Path file) {
    Path absolute = file.toAbsolutePath();
    Path temporary =
        absolute.resolveSibling(absolute.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try {
      try {
        ExportReport report;
        try (OutputStream stream =
            new BufferedOutputStream(Files.newOutputStream(temporary), BUFFER_BYTES)) {
          report = new JsonLinesExport(store, request, stop, stream).write();
        }
        Files.move(
            temporary,
            absolute,
            StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
        return report;
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      throw IoFailures.of("the export", file, e);
    }
  }

  private ExportReport write() throws IOException {
    // What is read last must still be there then.
    try (Pin _ = store.pin(AsOf.at(at))) {
      return writeHeld();
    }
  }

  private ExportReport writeHeld() throws IOException {
    List<Namespace> namespaces = namespaces();
    lines.header(at);
    for (Namespace namespace : namespaces) {
      lines.namespace(namespace);
    }
    for (Namespace namespace : namespaces) {
      records(namespace);
    }
    lines.end(records);
    return new ExportReport(at, namespaces.size(), records, lines.bytes());
  }

  private List<Namespace> namespaces() {
    List<Namespace> all = store.namespaces(at);
    if (request.namespaces().isEmpty()) {
      return all;
    }
    List<Namespace> chosen = new ArrayList<>();
    for (String name : request.namespaces()) {
      chosen.add(
          all.stream()
              .filter(namespace -> namespace.name().equals(name))
              .findFirst()
              .orElseThrow(
                  () ->
                      new ValidationException(
                          "there is no namespace \"" + name + "\" at version " + at.version(),
                          Map.of("namespace", name))));
    }
    return chosen.stream().distinct().toList();
  }

  private void records(Namespace namespace) throws IOException {
    Set<String> spaces =
        namespace.spaces().stream().map(space -> space.name()).collect(Collectors.toSet());
    ScanRequest scan = ScanRequest.of(namespace.name()).withLimit(PAGE_RECORDS);
    // A cursor from before the first key: every page of every namespace is at one read point.
    String cursor = new PageCursor(PageCursor.Kind.SCAN, at, new byte[0]).encode();
    do {
      if (stop.getAsBoolean()) {
        throw new CancellationException("the export was stopped");
      }
      Page<VersionedRecord> page = store.scan(scan.withCursor(cursor));
      for (VersionedRecord record : withEmbeddings(namespace.name(), page.items(), spaces)) {
        lines.record(record);
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
}
