package dev.nacre.store.maintain;

import dev.nacre.maintain.ExportReport;
import dev.nacre.maintain.ExportRequest;
import dev.nacre.model.Namespace;
import dev.nacre.store.Store;
import java.io.IOException;
import java.io.OutputStream;
import java.util.function.BooleanSupplier;

/** Writes records as JSON Lines, all at one read point, a page at a time. Stateless. */
public final class JsonLinesExport {
  private JsonLinesExport() {}

  /**
   * Exports. Blocks.
   *
   * @param stop asked between pages
   * @throws dev.nacre.error.ValidationException when a namespace that is named is not there
   * @throws java.util.concurrent.CancellationException when stopped
   */
  public static ExportReport run(Store store, ExportRequest request, BooleanSupplier stop) {
    return switch (request.target()) {
      case ExportRequest.ToStream target ->
          ExportFile.write(target.stream(), stream -> write(store, request, stop, stream));
      case ExportRequest.ToFile target ->
          ExportFile.write(target.path(), stream -> write(store, request, stop, stream));
    };
  }

  private static ExportReport write(
      Store store, ExportRequest request, BooleanSupplier stop, OutputStream stream)
      throws IOException {
    JsonLineWriter lines = new JsonLineWriter(stream);
    try (ExportedRecords exported = new ExportedRecords(store, request, stop)) {
      lines.header(exported.at(), request.content());
      for (Namespace namespace : exported.namespaces()) {
        lines.namespace(namespace);
      }
      long count =
          switch (request.content()) {
            case STATE -> {
              for (Namespace namespace : exported.namespaces()) {
                exported.forEach(namespace, lines::record);
              }
              yield exported.count();
            }
            case HISTORY -> {
              ExportedHistory history = new ExportedHistory(store, request, stop, exported);
              for (Namespace namespace : exported.namespaces()) {
                history.forEach(namespace, lines::change);
              }
              yield history.count();
            }
          };
      lines.end(count);
      return new ExportReport(exported.at(), exported.namespaces().size(), count, lines.bytes());
    }
  }
}
