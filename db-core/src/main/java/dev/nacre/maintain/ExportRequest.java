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
 * @param progress told of the records written
 */
public record ExportRequest(
    Target target, List<String> namespaces, AsOf asOf, Consumer<Progress> progress) {
  /** Copies the list. */
  public ExportRequest {
    requireNonNull(target, "target");
    requireNonNull(asOf, "asOf");
    requireNonNull(progress, "progress");
    namespaces = List.copyOf(namespaces);
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
    return new ExportRequest(new ToFile(file), List.of(), AsOf.now(), Progress.IGNORED);
  }

  /** Every record as it is now, into a stream. */
  public static ExportRequest to(OutputStream stream) {
    return new ExportRequest(new ToStream(stream), List.of(), AsOf.now(), Progress.IGNORED);
  }

  /** The same of these namespaces only. */
  public ExportRequest withNamespaces(List<String> value) {
    return new ExportRequest(target, value, asOf, progress);
  }

  /** The same as of another moment. */
  public ExportRequest withAsOf(AsOf value) {
    return new ExportRequest(target, namespaces, value, progress);
  }

  /** The same with a listener. */
  public ExportRequest withProgress(Consumer<Progress> value) {
    return new ExportRequest(target, namespaces, asOf, value);
  }
}
