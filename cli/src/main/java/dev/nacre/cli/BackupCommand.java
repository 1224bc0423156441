package dev.nacre.cli;

import dev.nacre.Database;
import dev.nacre.maintain.Backup;
import dev.nacre.maintain.BackupRequest;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nacre backup}. */
@Command(
    name = "backup",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    description = {
      "Backs a database up into a backup directory, which may hold earlier backups of it: files that",
      "they have are not copied again. Until it is complete it is not listed.",
      ""
    },
    footer = {
      "",
      "The database must not be open elsewhere: a program that has it open makes its backups itself,",
      "with Database.backup, while it writes."
    })
final class BackupCommand extends DirectoryCommand {
  @Parameters(index = "1", paramLabel = "BACKUPS", description = "The backup directory.")
  private Path backups = Path.of(".");

  @Option(names = "--label", paramLabel = "TEXT", description = "A note to find it by.")
  private @Nullable String label;

  BackupCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() throws InterruptedException {
    StepProgress progress = new StepProgress(terminal());
    try (Database database = openExisting()) {
      BackupRequest request = BackupRequest.to(backups).withProgress(progress);
      Backup backup = Await.of(database.backup(label == null ? request : request.withLabel(label)));
      progress.end();
      answer(BackupsCommand.json(backup), BackupsCommand.text(terminal(), backup));
      return ExitCode.OK;
    }
  }
}
