package dev.nacre.cli;

import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command above the others. */
@Command(
    name = "nacre",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    synopsisSubcommandLabel = "COMMAND",
    description = {
      "Versioned memory for AI agents: records found by key, by meaning, and as they were.",
      ""
    },
    commandListHeading = "%nCommands:%n",
    optionListHeading = "Options:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  nacre quickstart              store 1,398 abstracts, ask, correct one, ask about the past",
      "  nacre put memory notes n1 '{\"drinks\":\"tea\"}'",
      "  nacre get memory notes n1 --as-of 2026-01-31",
      "  nacre help quickstart         what a command does and takes",
      "  source <(nacre generate-completion)   completion in this shell",
      "",
      "Environment: NACRE_JAVA_HOME names the JDK (25 or newer), NACRE_SIMILARITY=auto|scalar|simd",
      "the way vectors are compared, NO_COLOR turns styles off.",
      "Exit codes: 0 all went well, 1 what was asked for is not there or a problem was found, 2",
      "arguments not understood, 3 an answer that was checked is wrong, 4 an unexpected failure, 10 and",
      "the number of an error (docs/reference/errors.md; 18 is LOCKED), 130 interrupted."
    },
    subcommands = {
      QuickstartCommand.class,
      PutCommand.class,
      GetCommand.class,
      DeleteCommand.class,
      LogCommand.class,
      DiffCommand.class,
      ScanCommand.class,
      SimilarCommand.class,
      WatchCommand.class,
      RestoreCommand.class,
      NamespacesCommand.class,
      ConfigureCommand.class,
      StatsCommand.class,
      VerifyCommand.class,
      RepairCommand.class,
      BackupCommand.class,
      BackupsCommand.class,
      RestoreBackupCommand.class,
      ExportCommand.class,
      ImportCommand.class,
      CompactCommand.class,
      ShellCommand.class,
      HelpCommand.class,
      GenerateCompletion.class
    })
final class NacreCommand {
  NacreCommand() {}

  @Option(
      names = {"-v", "--verbose"},
      scope = ScopeType.INHERIT,
      description = "Log what the database does to standard error; twice for details.")
  void verbose(boolean[] times) {
    LogLevel.set(times.length);
  }
}
