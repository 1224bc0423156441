package dev.nacre.cli;

import dev.nacre.Database;
import dev.nacre.maintain.ImportReport;
import dev.nacre.maintain.ImportRequest;
import java.nio.file.Path;
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
      "Commits the records of JSON Lines, as nacre export writes them, a batch at a time. An error names",
      "the line, and how many lines before it were committed. Parts of a record that its line does not",
      "name are kept.",
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
      ImportReport report =
          Await.of(
              database.importLines(
                  source
                      .withBatchRecords(batch)
                      .withAttributes(commit.attributes())
                      .withProgress(progress)));
      progress.end();
      answer(
          Json.object()
              .put("lines", report.lines())
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
