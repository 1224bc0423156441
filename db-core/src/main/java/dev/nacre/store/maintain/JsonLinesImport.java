package dev.nacre.store.maintain;

import dev.nacre.error.SerializationException;
import dev.nacre.error.ValidationException;
import dev.nacre.maintain.ImportReport;
import dev.nacre.maintain.ImportRequest;
import dev.nacre.store.Store;
import dev.nacre.store.verify.IoFailures;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/**
 * Writes the records of JSON Lines in commits, in their order: when one fails, all before it are
 * committed and none after. For one use and one thread.
 */
public final class JsonLinesImport {
  private final BooleanSupplier stop;
  private final LineSource lines;
  private final ImportCommits commits;
  private final JsonLineReader reader = new JsonLineReader();
  private long sectionRecords;
  private boolean inSection;

  private JsonLinesImport(
      Store store, ImportRequest request, BooleanSupplier stop, InputStream stream) {
    this.stop = stop;
    this.lines = new LineSource(stream);
    this.commits = new ImportCommits(store, request, ImportCommits.Unit.LINE);
  }

  /**
   * Imports. Blocks.
   *
   * @param stop asked between lines
   * @throws SerializationException when a line cannot be read; details {@code line} names it,
   *     {@code committedLines} says how many lines before it are committed
   * @throws ValidationException when what a line says is not allowed, with the same details
   * @throws CancellationException when stopped
   */
  public static ImportReport run(Store store, ImportRequest request, BooleanSupplier stop) {
    Path place = Path.of("the stream it comes from");
    try {
      return switch (request.source()) {
        case ImportRequest.FromStream source ->
            new JsonLinesImport(store, request, stop, source.stream()).run();
        case ImportRequest.FromFile source -> {
          place = source.path();
          try (InputStream stream = Files.newInputStream(source.path())) {
            yield new JsonLinesImport(store, request, stop, stream).run();
          }
        }
      };
    } catch (IOException e) {
      throw IoFailures.of("the import", place, e);
    }
  }

  private ImportReport run() throws IOException {
    try {
      while (true) {
        if (stop.getAsBoolean()) {
          throw new CancellationException(
              "the import was stopped after " + commits.committed() + " lines");
        }
        byte[] line = lines.next();
        if (line == null) {
          break;
        }
        if (!isBlank(line)) {
          take(line);
        }
      }
      if (inSection) {
        throw new SerializationException("the export is cut off: its last line is missing");
      }
      return commits.finish(lines.number());
    } catch (LineSource.LineTooLongException e) {
      throw commits.failedAt(
          lines.number(), new SerializationException(String.valueOf(e.getMessage()), Map.of(), e));
    } catch (SerializationException | ValidationException e) {
      throw commits.failedAt(lines.number(), e);
    }
  }

  private void take(byte[] line) {
    switch (reader.read(line)) {
      case JsonLineReader.Header _ -> {
        if (inSection) {
          throw new SerializationException("an export begins before the one before has ended");
        }
        inSection = true;
        sectionRecords = 0;
      }
      case JsonLineReader.NamespaceLine namespace ->
          commits.addNamespace(namespace.write(), lines.number());
      case JsonLineReader.RecordLine record -> {
        sectionRecords++;
        commits.addRecord(record.write(), line.length, lines.number());
      }
      case JsonLineReader.End end -> {
        if (!inSection || end.records() != sectionRecords) {
          throw new SerializationException(
              "the export says that it ends after "
                  + end.records()
                  + " records, "
                  + sectionRecords
                  + " were read");
        }
        inSection = false;
      }
    }
  }

  private static boolean isBlank(byte[] line) {
    for (byte b : line) {
      if (b != ' ' && b != '\t' && b != '\r') {
        return false;
      }
    }
    return true;
  }
}
