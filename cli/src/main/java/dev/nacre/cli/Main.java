package dev.nacre.cli;

import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** Starts the {@code nacre} command. */
public final class Main {
  private Main() {}

  /** Runs the command and ends the process with its exit code; see {@link ExitCode}. */
  public static void main(String[] arguments) {
    Interruption interruption = Interruption.install();
    int code = run(Terminal.ofProcess(), interruption, arguments);
    interruption.ended();
    System.exit(interruption.requested() ? ExitCode.INTERRUPTED : code);
  }

  /** Runs the command and answers its exit code. */
  static int run(Terminal terminal, Interruption interruption, String... arguments) {
    CommandLine command =
        commandLine(
            terminal,
            new CommandFactory(terminal),
            new FailureReport(
                terminal.err(), interruption::requested, "interrupted; the database was closed"));
    int code = command.execute(arguments);
    try {
      terminal.checkOutput();
    } catch (OutputLostException e) {
      // Whatever came of it, nobody has seen all of it.
      code = code == ExitCode.OK ? FailureReport.print(e, terminal.err()) : code;
    }
    terminal.err().flush();
    return code;
  }

  /** The command, ready to be executed any number of times. */
  static CommandLine commandLine(
      Terminal terminal, CommandFactory factory, FailureReport failures) {
    CommandLine command = new CommandLine(NacreCommand.class, factory);
    // Gives the map back that was set.
    var _ =
        command
            .getHelpSectionMap()
            .put(CommandLine.Model.UsageMessageSpec.SECTION_KEY_COMMAND_LIST, new CommandList());
    return command
        .setOut(terminal.out())
        .setErr(terminal.err())
        .setColorScheme(CommandLine.Help.defaultColorScheme(terminal.styled() ? Ansi.ON : Ansi.OFF))
        .setUsageHelpWidth(100)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(failures::misused)
        .setExecutionExceptionHandler((failure, at, _) -> failures.print(failure, at));
  }
}
