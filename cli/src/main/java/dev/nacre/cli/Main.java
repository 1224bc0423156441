package dev.nacre.cli;

import java.io.PrintWriter;
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
    flush(terminal.out());
    flush(terminal.err());
    return code;
  }

  /** The command, ready to be executed any number of times. */
  static CommandLine commandLine(
      Terminal terminal, CommandFactory factory, FailureReport failures) {
    return new CommandLine(NacreCommand.class, factory)
        .setOut(terminal.out())
        .setErr(terminal.err())
        .setColorScheme(CommandLine.Help.defaultColorScheme(terminal.styled() ? Ansi.ON : Ansi.OFF))
        .setUsageHelpWidth(100)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler((failure, at, _) -> failures.print(failure, at));
  }

  private static void flush(PrintWriter writer) {
    writer.flush();
  }
}
