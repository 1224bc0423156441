package dev.nacre.cli;

import dev.nacre.Maintenance;
import dev.nacre.maintain.RestoreRequest;
import dev.nacre.maintain.RestoredBackup;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nacre restore-backup}. */
@Command(
    name = "restore-backup",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    description = {
      "Makes a database of a backup, in a new or empty directory, and compares every checksum on the",
      "way. With --as-of the database is taken back to that moment, with its history up to then.",
      ""
    })
final class RestoreBackupCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(index = "0", paramLabel = "BACKUPS", description = "The backup directory.")
  private Path backups = Path.of(".");

  @Parameters(index = "1", paramLabel = "DIR", description = "The new database directory.")
  private Path target = Path.of(".");

  @Option(
      names = "--id",
      paramLabel = "ID",
      description = "Which backup (nacre backups lists them); default: the newest.")
  private @Nullable String id;

  @Mixin private AsOfOption asOf = new AsOfOption();

  @Option(names = "--json", description = "Answer in JSON, one object a line.")
  private boolean json;

  RestoreBackupCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    StepProgress progress = new StepProgress(terminal);
    RestoreRequest request =
        RestoreRequest.of(backups, target).withAsOf(asOf.moment()).withProgress(progress);
    RestoredBackup restored =
        Await.of(Maintenance.restore(id == null ? request : request.withId(id)));
    progress.end();
    terminal.line(
        json
            ? Json.object()
                .put("directory", restored.directory().toString())
                .put("id", restored.backup().id())
                .put("version", restored.version())
                .put("lineage", restored.lineage())
                .toString()
            : "restored "
                + restored.backup().id()
                + " into "
                + restored.directory()
                + ", at version "
                + restored.version());
    return ExitCode.OK;
  }
}
