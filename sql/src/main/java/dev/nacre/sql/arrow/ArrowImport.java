package dev.nacre.sql.arrow;

import dev.nacre.error.NacreException;
import dev.nacre.error.ResourceExhaustedException;
import dev.nacre.error.SerializationException;
import dev.nacre.error.ValidationException;
import dev.nacre.maintain.ImportReport;
import dev.nacre.maintain.ImportRequest;
import dev.nacre.model.Write;
import dev.nacre.store.Store;
import dev.nacre.store.maintain.ExportTexts;
import dev.nacre.store.maintain.ImportCommits;
import dev.nacre.store.verify.IoFailures;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.util.ValueVectorUtility;
import org.jspecify.annotations.Nullable;

/**
 * Writes the rows of an Arrow table in commits, in their order: when one fails, all before it are
 * committed and none after. Reads Arrow's file format and the streaming format, whichever it is.
 * The schema is checked before anything is committed. For one use and one thread.
 */
public final class ArrowImport {
  /** How a file of the file format begins. */
  private static final byte[] MAGIC = "ARROW1".getBytes(StandardCharsets.US_ASCII);

  /** The magic with what fills it up; a stream follows. */
  private static final int MAGIC_BYTES = 8;

  private final BooleanSupplier stop;
  private final ImportCommits commits;
  private long row;

  private ArrowImport(Store store, ImportRequest request, BooleanSupplier stop) {
    this.stop = stop;
    this.commits = new ImportCommits(store, request, ImportCommits.Unit.ROW);
  }

  /**
   * Imports. Blocks.
   *
   * @param stop asked between rows
   * @throws SerializationException when it is no Arrow table or is cut off or damaged, a column is
   *     wrong (details {@code column}), or a row cannot be read (also {@code row}, from 1, and
   *     {@code committedRows}, how many rows before it are committed)
   * @throws ValidationException when what a row says is not allowed, with the same details
   * @throws ResourceExhaustedException when a batch of it is larger than what is read at once
   * @throws dev.nacre.error.UnavailableException when this JVM keeps from Arrow what it needs
   * @throws CancellationException when stopped
   */
  public static ImportReport run(Store store, ImportRequest request, BooleanSupplier stop) {
    Path place = Path.of("the stream it comes from");
    ArrowImport running = new ArrowImport(store, request, stop);
    try (ArrowMemory memory = ArrowMemory.open()) {
      switch (request.source()) {
        case ImportRequest.FromStream source -> {
          ImportReport report = running.readStream(source.stream(), memory.allocator());
          memory.checkGivenBack();
          return report;
        }
        case ImportRequest.FromFile source -> {
          place = source.path();
          try (FileChannel channel = FileChannel.open(source.path(), StandardOpenOption.READ)) {
            ImportReport report = running.readFile(channel, memory.allocator());
            memory.checkGivenBack();
            return report;
          }
        }
      }
    } catch (SourceChannel.SourceFailure e) {
      throw IoFailures.of("the import", place, e.failure());
    } catch (IOException e) {
      throw IoFailures.of("the import", place, e);
    }
  }

  private ImportReport readFile(FileChannel channel, BufferAllocator memory) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(MAGIC.length);
    while (head.hasRemaining() && channel.read(head, head.position()) >= 0) {}
    if (Arrays.equals(head.array(), MAGIC)) {
      try (ArrowReader reader = new ArrowFileReader(channel, memory)) {
        return read(reader, null);
      }
    }
    SourceChannel source = new SourceChannel(channel);
    try (ArrowReader reader = new ArrowStreamReader(source, memory)) {
      return read(reader, source);
    }
  }

  /** The file format is a stream between two magic words, and what follows is not needed. */
  private ImportReport readStream(InputStream input, BufferAllocator memory) throws IOException {
    InputStream stream = new BufferedInputStream(input, 1 << 16);
    stream.mark(MAGIC_BYTES);
    byte[] head = stream.readNBytes(MAGIC_BYTES);
    if (!Arrays.equals(Arrays.copyOf(head, MAGIC.length), MAGIC)) {
      stream.reset();
    }
    SourceChannel source = new SourceChannel(Channels.newChannel(stream));
    ImportReport report;
    try (ArrowReader reader = new ArrowStreamReader(source, memory)) {
      report = read(reader, source);
    }
    // To its end, as promised: whoever writes into a pipe is not left hanging.
    var _ = stream.skip(Long.MAX_VALUE);
    return report;
  }

  /** Says what is wrong with the bytes in one family of errors. */
  private ImportReport read(ArrowReader reader, @Nullable SourceChannel source) {
    try {
      return readAll(reader, source);
    } catch (OutOfMemoryException e) {
      throw tooLarge(e);
    } catch (NacreException | CancellationException | SourceChannel.SourceFailure e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // Whatever Arrow's reader runs into on bytes that are no table.
      throw commits.failedAt(row + 1, new SerializationException(malformed(e), Map.of(), e));
    }
  }

  private static String malformed(Exception e) {
    String said = String.valueOf(e.getMessage());
    return said.contains("ompression") || said.contains("codec")
        ? "its batches are compressed; write it without compression (" + said + ")"
        : "it is not an Arrow table, cut off, or damaged: " + said;
  }

  private ResourceExhaustedException tooLarge(OutOfMemoryException e) {
    return new ResourceExhaustedException(
        "the batch that begins with row "
            + (row + 1)
            + " does not fit into the "
            + ArrowMemory.BYTES_MAX
            + " bytes that are read at once; write the table in smaller batches. Rows 1 to "
            + commits.committed()
            + " were imported",
        Map.of(
            "reason",
            "memory",
            "row",
            Long.toString(row + 1),
            "committedRows",
            Long.toString(commits.committed())),
        e);
  }

  private ImportReport readAll(ArrowReader reader, @Nullable SourceChannel source)
      throws IOException {
    VectorSchemaRoot root = reader.getVectorSchemaRoot();
    ImportColumns columns = ImportColumns.of(root.getSchema());
    for (ExportTexts.NamespaceText namespace : columns.namespaces()) {
      commits.addNamespace(namespace.write(), 0);
    }
    ImportRows rows = new ImportRows(columns, root);
    while (reader.loadNextBatch()) {
      validate(root);
      for (int i = 0; i < root.getRowCount(); i++) {
        add(rows, i);
      }
    }
    if (source != null && !source.atEnd()) {
      throw commits.failedAt(
          row + 1, new SerializationException("the table is cut off: its end mark is missing"));
    }
    return commits.finish(row);
  }

  /**
   * Offsets and sizes of a damaged batch may point anywhere: looked at before they are followed.
   */
  private static void validate(VectorSchemaRoot root) {
    for (FieldVector vector : root.getFieldVectors()) {
      if (vector.getValueCount() != root.getRowCount()) {
        throw new SerializationException(
            "column \""
                + vector.getName()
                + "\" has "
                + vector.getValueCount()
                + " values in a batch of "
                + root.getRowCount()
                + " rows",
            Map.of("column", vector.getName()));
      }
      if (vector instanceof FixedSizeListVector) {
        // Arrow's full check asks such a list for the offsets it does not have.
        ValueVectorUtility.validate(vector);
      } else {
        ValueVectorUtility.validateFull(vector);
      }
    }
  }

  private void add(ImportRows rows, int index) {
    if (stop.getAsBoolean()) {
      throw new CancellationException(
          "the import was stopped after " + commits.committed() + " rows");
    }
    Write.Upsert write;
    try {
      write = rows.read(index);
    } catch (SerializationException | ValidationException e) {
      throw commits.failedAt(row + 1, e);
    }
    row++;
    commits.addRecord(write, rows.bytes(), row);
  }
}
