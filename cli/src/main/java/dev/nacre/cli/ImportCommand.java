package dev.nacre.cli;

import dev.nacre.Database;
import dev.nacre.maintain.ImportReport;
import dev.nacre.maintain.ImportRequest;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nacre import}. */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    description = {
      "Commits the records of JSON Lines or of an Arrow table, as nacre export writes them, a batch at a",
      "time. An error names the line or row (and column), and how many before it were committed. Parts of a",
      "record that its line does not name are kept.",
      ""
    })
final class ImportCommand extends DirectoryCommand {
  @Parameters(index = "1", paramLabel = "FILE", description = "The file; - is standard input.")
  private String file = "-";

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "1000",
      description = "At most N records to a commit; default: ${DEFAULT-VALUE}.")
  private int batch = 1_000;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description =
          "${COMPLETION-CANDIDATES}. Default: arrow for a FILE named .arrow or .arrows, else jsonl.")
  private @Nullable RecordFormat format;

  @Mixin private CommitOptions commit = new CommitOptions();

  ImportCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() throws InterruptedException {
    StepProgress progress = new StepProgress(terminal());
    try (Database database = openToWrite()) {
      ImportRequest source =
          file.equals("-")
              ? ImportRequest.from(terminal().in())
              : ImportRequest.from(Path.of(file));
      ImportRequest request =
          source.withBatchRecords(batch).withAttributes(commit.attributes()).withProgress(progress);
      RecordFormat read = RecordFormat.of(format, file);
      ImportReport report =
          Await.of(
              switch (read) {
                case jsonl -> database.importLines(request);
                case arrow -> database.importArrow(request);
              });
      progress.end();
      answer(
          Json.object()
              .put(read == RecordFormat.arrow ? "rows" : "lines", report.lines())
              .put("records", report.records())
              .put("commits", report.commits())
              .put("lastVersion", report.lastVersion()),
          report.records()
              + " records imported in "
              + report.commits()
              + " commits, up to version "
              + report.lastVersion());
      return ExitCode.OK;
    }
  }
}
