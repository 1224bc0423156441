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
        new CommandLine(NacreCommand.class, new CommandFactory(terminal))
            .setOut(terminal.out())
            .setErr(terminal.err())
            .setColorScheme(
                CommandLine.Help.defaultColorScheme(terminal.styled() ? Ansi.ON : Ansi.OFF))
            .setUsageHelpWidth(100)
            .setCaseInsensitiveEnumValuesAllowed(true);
    command.setExecutionExceptionHandler(
        (failure, at, _) -> new FailureReport(terminal.err(), interruption).print(failure, at));
    int code = command.execute(arguments);
    flush(terminal.out());
    flush(terminal.err());
    return code;
  }

  private static void flush(PrintWriter writer) {
    writer.flush();
  }
}
