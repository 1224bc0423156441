package dev.nacre.store.maintain;

import dev.nacre.error.NacreException;
import dev.nacre.error.SerializationException;
import dev.nacre.error.UnavailableException;
import dev.nacre.error.ValidationException;
import dev.nacre.maintain.ImportReport;
import dev.nacre.maintain.ImportRequest;
import dev.nacre.maintain.Progress;
import dev.nacre.model.Commit;
import dev.nacre.model.Durability;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.Store;
import dev.nacre.store.verify.IoFailures;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes the records of JSON Lines in commits, in their order: when one fails, all before it are
 * committed and none after. The next commit is prepared while one is under way; no more than that
 * is in memory. For one use and one thread.
 */
public final class JsonLinesImport {
  private static final long BATCH_BYTES = 4 << 20;
  private static final Duration COMMIT_WITHIN = Duration.ofMinutes(10);

  private final Store store;
  private final ImportRequest request;
  private final BooleanSupplier stop;
  private final LineSource lines;
  private final JsonLineReader reader = new JsonLineReader();
  private List<Write> writes = new ArrayList<>();
  private long batchBytes;
  private long firstLine;
  private long recordsRead;
  private long sectionRecords;
  private boolean inSection;
  private @Nullable Pending pending;
  private long recordsCommitted;
  private long commits;
  private long lastVersion;
  private long lastLine;

  private JsonLinesImport(
      Store store, ImportRequest request, BooleanSupplier stop, InputStream stream) {
    this.store = store;
    this.request = request;
    this.stop = stop;
    this.lines = new LineSource(stream);
  }

  /** A commit under way. */
  private record Pending(
      CompletableFuture<Commit> commit, long records, long firstLine, long lastLine) {}

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
          throw new CancellationException("the import was stopped after " + lastLine + " lines");
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
      submit();
      settle();
    } catch (LineSource.LineTooLongException e) {
      throw atLine(new SerializationException(String.valueOf(e.getMessage()), Map.of(), e));
    } catch (SerializationException | ValidationException e) {
      if (e.details().containsKey("committedLines")) {
        throw e;
      }
      throw atLine(e);
    }
    return new ImportReport(lines.number(), recordsCommitted, commits, lastVersion);
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
      case JsonLineReader.NamespaceLine namespace -> add(namespace.write(), 256);
      case JsonLineReader.RecordLine record -> {
        add(record.write(), line.length);
        recordsRead++;
        sectionRecords++;
        if (recordsInBatch() >= request.batchRecords() || batchBytes >= BATCH_BYTES) {
          submit();
        }
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

  private long recordsInBatch() {
    Pending before = pending;
    return recordsRead - recordsCommitted - (before == null ? 0 : before.records);
  }

  private void add(Write write, long bytes) {
    if (writes.isEmpty()) {
      firstLine = lines.number();
    }
    writes.add(write);
    batchBytes += bytes;
  }

  /** Commits what was read, after the commit before has succeeded. */
  private void submit() {
    settle();
    if (writes.isEmpty()) {
      return;
    }
    long records = recordsRead - recordsCommitted;
    CompletableFuture<Commit> commit =
        store.commit(WriteBatch.of(writes, request.attributes()), Durability.SYNC, COMMIT_WITHIN);
    pending = new Pending(commit, records, firstLine, lines.number());
    writes = new ArrayList<>();
    batchBytes = 0;
  }

  private void settle() {
    Pending under = pending;
    if (under == null) {
      return;
    }
    pending = null;
    Commit commit;
    try {
      commit = under.commit.join();
    } catch (CompletionException e) {
      throw notCommitted(under, e);
    }
    recordsCommitted += under.records;
    commits++;
    lastVersion = commit.version();
    lastLine = under.lastLine;
    request.progress().accept(new Progress("records imported", recordsCommitted, -1));
  }

  private RuntimeException notCommitted(Pending under, CompletionException failure) {
    String where =
        "lines "
            + under.firstLine
            + " to "
            + under.lastLine
            + " were not imported, "
            + done()
            + ": ";
    Map<String, String> details = new HashMap<>();
    if (failure.getCause() instanceof NacreException cause) {
      details.putAll(cause.details());
      details.put("line", Long.toString(under.firstLine));
      details.put("lastLine", Long.toString(under.lastLine));
      details.put("committedLines", Long.toString(lastLine));
      return switch (cause) {
        case ValidationException e -> new ValidationException(where + e.getMessage(), details, e);
        case SerializationException e ->
            new SerializationException(where + e.getMessage(), details, e);
        default -> cause;
      };
    }
    return new UnavailableException(where + failure.getCause(), details, failure);
  }

  private String done() {
    return lastLine == 0
        ? "nothing was before them"
        : "lines 1 to " + lastLine + " were, up to version " + lastVersion;
  }

  /** The same failure with the line it is about; what is under way comes first. */
  private RuntimeException atLine(NacreException failure) {
    settle();
    String message =
        "line "
            + lines.number()
            + " cannot be imported: "
            + failure.getMessage()
            + "; "
            + (lastLine == 0
                ? "nothing was imported"
                : "lines 1 to "
                    + lastLine
                    + " were imported, up to version "
                    + lastVersion
                    + "; mend it and import the rest");
    Map<String, String> details = new HashMap<>(failure.details());
    details.put("line", Long.toString(lines.number()));
    details.put("committedLines", Long.toString(lastLine));
    return failure instanceof ValidationException
        ? new ValidationException(message, details, failure)
        : new SerializationException(message, details, failure);
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
