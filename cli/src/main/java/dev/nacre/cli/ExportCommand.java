package dev.nacre.cli;

import dev.nacre.Database;
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
      "Writes records as JSON Lines, all as of one moment: value, metadata, embeddings, versions, expiry.",
      "nacre import reads them. Their history is not in it; a backup holds that.",
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

  ExportCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() throws InterruptedException {
    StepProgress progress = new StepProgress(terminal());
    try (Database database = openToRead()) {
      OutputStream stream = terminal().outStream();
      ExportRequest target = output == null ? ExportRequest.to(stream) : ExportRequest.to(output);
      ExportReport report =
          Await.of(
              database.exportLines(
                  target
                      .withNamespaces(namespaces)
                      .withAsOf(asOf.moment())
                      .withProgress(progress)));
      progress.end();
      // The records themselves may be on standard output.
      terminal()
          .err()
          .println(
              json()
                  ? Json.object()
                      .put("version", report.readPoint().version())
                      .put("namespaces", report.namespaces())
                      .put("records", report.records())
                      .put("bytes", report.bytes())
                      .toString()
                  : report.records()
                      + " records of "
                      + report.namespaces()
                      + " namespaces exported, at version "
                      + report.readPoint().version());
      return ExitCode.OK;
    }
  }
}
