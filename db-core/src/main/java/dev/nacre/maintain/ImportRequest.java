package dev.nacre.maintain;

import static java.util.Objects.requireNonNull;

import dev.nacre.error.ValidationException;
import dev.nacre.model.CommitAttributes;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Asks for JSON Lines or an Arrow table to be written; {@code docs/reference/json-lines.md} and
 * {@code docs/reference/arrow.md} draw them.
 *
 * @param source where they come from
 * @param batchRecords how many records one commit holds at most, 1–100,000; default 1,000. A commit
 *     also ends at about 4 MiB
 * @param attributes what each commit says of itself
 * @param progress told of the records committed
 */
public record ImportRequest(
    Source source, int batchRecords, CommitAttributes attributes, Consumer<Progress> progress) {
  /** The most records of one commit. */
  public static final int BATCH_RECORDS_MAX = 100_000;

  /** Checks the range. */
  public ImportRequest {
    requireNonNull(source, "source");
    requireNonNull(attributes, "attributes");
    requireNonNull(progress, "progress");
    if (batchRecords < 1 || batchRecords > BATCH_RECORDS_MAX) {
      throw new ValidationException(
          "batchRecords is " + batchRecords + "; allowed are 1 to " + BATCH_RECORDS_MAX,
          Map.of("batchRecords", Integer.toString(batchRecords)));
    }
  }

  /** Where an import comes from. */
  public sealed interface Source {}

  /**
   * A file.
   *
   * @param path the file
   */
  public record FromFile(Path path) implements Source {
    /** Refuses null. */
    public FromFile {
      requireNonNull(path, "path");
    }
  }

  /**
   * A stream, which is read to its end and not closed.
   *
   * @param stream the stream
   */
  public record FromStream(InputStream stream) implements Source {
    /** Refuses null. */
    public FromStream {
      requireNonNull(stream, "stream");
    }
  }

  /** A file, in commits of 1,000 records. */
  public static ImportRequest from(Path file) {
    return new ImportRequest(new FromFile(file), 1_000, CommitAttributes.NONE, Progress.IGNORED);
  }

  /** A stream, in commits of 1,000 records. */
  public static ImportRequest from(InputStream stream) {
    return new ImportRequest(
        new FromStream(stream), 1_000, CommitAttributes.NONE, Progress.IGNORED);
  }

  /** The same with commits of at most {@code value} records. */
  public ImportRequest withBatchRecords(int value) {
    return new ImportRequest(source, value, attributes, progress);
  }

  /** The same with commits that say this of themselves. */
  public ImportRequest withAttributes(CommitAttributes value) {
    return new ImportRequest(source, batchRecords, value, progress);
  }

  /** The same with a listener. */
  public ImportRequest withProgress(Consumer<Progress> value) {
    return new ImportRequest(source, batchRecords, attributes, value);
  }
}
