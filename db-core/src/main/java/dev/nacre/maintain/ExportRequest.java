package dev.nacre.maintain;

import static java.util.Objects.requireNonNull;

import dev.nacre.model.AsOf;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * Asks for records as JSON Lines or as an Arrow table; {@code docs/reference/json-lines.md} and
 * {@code docs/reference/arrow.md} draw them.
 *
 * @param target where they go
 * @param namespaces only these; empty for all
 * @param asOf the moment
 * @param content the records as of the moment, or every version of them up to it
 * @param progress told of the records written
 */
public record ExportRequest(
    Target target,
    List<String> namespaces,
    AsOf asOf,
    Content content,
    Consumer<Progress> progress) {
  /** Copies the list. */
  public ExportRequest {
    requireNonNull(target, "target");
    requireNonNull(asOf, "asOf");
    requireNonNull(content, "content");
    requireNonNull(progress, "progress");
    namespaces = List.copyOf(namespaces);
  }

  /** What is exported. */
  public enum Content {
    /** Every record as of the moment. An import reads it. */
    STATE,
    /**
     * Every change of the records up to the moment that is left, in the order of versions: what was
     * written or deleted, when, and what its commit says of itself. For reading elsewhere: an
     * import refuses it.
     */
    HISTORY
  }

  /** Where an export goes. */
  public sealed interface Target {}

  /**
   * A file, which appears when it is complete; one of that name is replaced.
   *
   * @param path the file
   */
  public record ToFile(Path path) implements Target {
    /** Refuses null. */
    public ToFile {
      requireNonNull(path, "path");
    }
  }

  /**
   * A stream, which is flushed and not closed.
   *
   * @param stream the stream
   */
  public record ToStream(OutputStream stream) implements Target {
    /** Refuses null. */
    public ToStream {
      requireNonNull(stream, "stream");
    }
  }

  /** Every record as it is now, into a file. */
  public static ExportRequest to(Path file) {
    return new ExportRequest(
        new ToFile(file), List.of(), AsOf.now(), Content.STATE, Progress.IGNORED);
  }

  /** Every record as it is now, into a stream. */
  public static ExportRequest to(OutputStream stream) {
    return new ExportRequest(
        new ToStream(stream), List.of(), AsOf.now(), Content.STATE, Progress.IGNORED);
  }

  /** The same of these namespaces only. */
  public ExportRequest withNamespaces(List<String> value) {
    return new ExportRequest(target, value, asOf, content, progress);
  }

  /** The same as of another moment. */
  public ExportRequest withAsOf(AsOf value) {
    return new ExportRequest(target, namespaces, value, content, progress);
  }

  /** The same, every version of the records. */
  public ExportRequest withHistory() {
    return new ExportRequest(target, namespaces, asOf, Content.HISTORY, progress);
  }

  /** The same with a listener. */
  public ExportRequest withProgress(Consumer<Progress> value) {
    return new ExportRequest(target, namespaces, asOf, content, value);
  }
}
