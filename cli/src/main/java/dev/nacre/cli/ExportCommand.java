package dev.nacre.cli;

import dev.nacre.Database;
import dev.nacre.error.ValidationException;
import dev.nacre.maintain.ExportReport;
import dev.nacre.maintain.ExportRequest;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nacre export}. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    description = {
      "Writes records, all as of one moment: value, metadata, embeddings, versions, expiry; as JSON Lines,",
      "or as an Arrow table for pyarrow, DuckDB, Polars and LanceDB. nacre import reads both. Their history",
      "is not in it: a backup holds that, and --history writes it for reading elsewhere.",
      ""
    })
final class ExportCommand extends DirectoryCommand {
  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "NAMESPACE",
      description = "Only these namespaces; default: all.")
  private List<String> namespaces = List.of();

  @Mixin private AsOfOption asOf = new AsOfOption();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Where to; default: standard output. A file appears when it is complete.")
  private @Nullable Path output;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description =
          "${COMPLETION-CANDIDATES}. Default: arrow for a FILE named .arrow or .arrows, else jsonl. "
              + "Arrow's file format; the streaming format for .arrows and standard output.")
  private @Nullable RecordFormat format;

  @Option(
      names = "--history",
      description =
          "Instead, every change that is left: put, delete or purged, with its "
              + "version, time, commit attributes, and the record it made. For reading "
              + "elsewhere: nacre import refuses it.")
  private boolean history;

  ExportCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() throws InterruptedException {
    StepProgress progress = new StepProgress(terminal());
    try (Database database = openToRead()) {
      RecordFormat written = RecordFormat.of(format, output == null ? null : output.toString());
      ExportRequest request =
          (output == null ? ExportRequest.to(stream(written)) : ExportRequest.to(output))
              .withNamespaces(namespaces)
              .withAsOf(asOf.moment())
              .withProgress(progress);
      if (history) {
        request = request.withHistory();
      }
      ExportRequest asked = request;
      ExportReport report =
          Await.of(
              switch (written) {
                case jsonl -> database.exportLines(asked);
                case arrow -> database.exportArrow(asked);
              });
      progress.end();
      // The records themselves may be on standard output.
      terminal()
          .err()
          .println(
              json()
                  ? Json.object()
                      .put("version", report.readPoint().version())
                      .put("namespaces", report.namespaces())
                      .put(history ? "changes" : "records", report.records())
                      .put("bytes", report.bytes())
                      .toString()
                  : report.records()
                      + (history ? " changes of " : " records of ")
                      + report.namespaces()
                      + " namespaces exported, at version "
                      + report.readPoint().version());
      return ExitCode.OK;
    }
  }

  private OutputStream stream(RecordFormat written) {
    return switch (written) {
      case jsonl -> terminal().outStream();
      case arrow ->
          terminal()
              .byteStream()
              .orElseThrow(
                  () ->
                      new ValidationException(
                          "an Arrow table is not for the eye: name a file with -o, or send it"
                              + " through a pipe"));
    };
  }
}
