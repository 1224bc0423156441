package dev.nacre.sql.arrow;

import dev.nacre.error.NacreException;
import dev.nacre.error.ResourceExhaustedException;
import dev.nacre.maintain.ExportReport;
import dev.nacre.maintain.ExportRequest;
import dev.nacre.model.Namespace;
import dev.nacre.store.Store;
import dev.nacre.store.maintain.ExportFile;
import dev.nacre.store.maintain.ExportedHistory;
import dev.nacre.store.maintain.ExportedRecords;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.ipc.ArrowWriter;

/**
 * Writes records as an Arrow table, all at one read point, a batch of rows at a time: at most 8,192
 * or about 8 MiB. A file has Arrow's file format, whose end says that it is whole and whose batches
 * can be reached at random; one named {@code .arrows}, and a stream, the streaming format.
 * Stateless.
 */
public final class ArrowExport {
  private ArrowExport() {}

  /**
   * Exports. Blocks.
   *
   * @param stop asked between pages
   * @throws dev.nacre.error.ValidationException when a namespace that is named is not there, or the
   *     embedding spaces are too many for one table
   * @throws dev.nacre.error.UnavailableException when this JVM keeps from Arrow what it needs
   * @throws java.util.concurrent.CancellationException when stopped
   */
  public static ExportReport run(Store store, ExportRequest request, BooleanSupplier stop) {
    return switch (request.target()) {
      case ExportRequest.ToStream target ->
          ExportFile.write(target.stream(), stream -> write(store, request, stop, stream, false));
      case ExportRequest.ToFile target ->
          ExportFile.write(
              target.path(),
              stream -> write(store, request, stop, stream, !isStream(target.path())));
    };
  }

  private static boolean isStream(Path file) {
    return file.toString().toLowerCase(Locale.ROOT).endsWith(".arrows");
  }

  private static ExportReport write(
      Store store,
      ExportRequest request,
      BooleanSupplier stop,
      OutputStream stream,
      boolean fileFormat)
      throws IOException {
    ExportChannel channel = new ExportChannel(stream);
    try (ExportedRecords exported = new ExportedRecords(store, request, stop);
        ArrowMemory memory = ArrowMemory.open()) {
      ArrowTable table = new ArrowTable(exported.at(), exported.namespaces(), request.content());
      long count;
      try (VectorSchemaRoot root = VectorSchemaRoot.create(table.schema(), memory.allocator());
          ArrowWriter writer =
              fileFormat
                  ? new ArrowFileWriter(root, null, channel)
                  : new ArrowStreamWriter(root, null, channel)) {
        try {
          ArrowRows rows = new ArrowRows(table, root);
          count =
              switch (request.content()) {
                case STATE -> state(exported, rows, writer);
                case HISTORY ->
                    history(
                        exported,
                        new ExportedHistory(store, request, stop, exported),
                        rows,
                        writer);
              };
        } finally {
          channel.cut();
        }
      }
      memory.checkGivenBack();
      return new ExportReport(exported.at(), exported.namespaces().size(), count, channel.bytes());
    } catch (OutOfMemoryException e) {
      throw outOfMemory(e);
    }
  }

  private static long state(ExportedRecords exported, ArrowRows rows, ArrowWriter writer)
      throws IOException {
    writer.start();
    for (Namespace namespace : exported.namespaces()) {
      exported.forEach(
          namespace,
          record -> {
            rows.add(record);
            flushFull(rows, writer);
          });
    }
    end(rows, writer);
    return exported.count();
  }

  private static long history(
      ExportedRecords exported, ExportedHistory history, ArrowRows rows, ArrowWriter writer)
      throws IOException {
    writer.start();
    for (Namespace namespace : exported.namespaces()) {
      history.forEach(
          namespace,
          change -> {
            rows.add(change);
            flushFull(rows, writer);
          });
    }
    end(rows, writer);
    return history.count();
  }

  private static void flushFull(ArrowRows rows, ArrowWriter writer) throws IOException {
    if (rows.isFull()) {
      flush(rows, writer);
    }
  }

  private static void end(ArrowRows rows, ArrowWriter writer) throws IOException {
    if (rows.rows() > 0) {
      flush(rows, writer);
    }
    writer.end();
  }

  private static void flush(ArrowRows rows, ArrowWriter writer) throws IOException {
    rows.end();
    writer.writeBatch();
    rows.clear();
  }

  private static NacreException outOfMemory(OutOfMemoryException e) {
    return new ResourceExhaustedException(
        "the export needs more than "
            + ArrowMemory.BYTES_MAX
            + " bytes of off-heap memory for a batch: "
            + e.getMessage(),
        Map.of("reason", "memory", "bytesMax", Long.toString(ArrowMemory.BYTES_MAX)),
        e);
  }
}
