package dev.nacre.cli;

import dev.nacre.Database;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jline.reader.EOFError;
import org.jline.reader.Parser;
import org.jline.reader.impl.DefaultParser;
import picocli.CommandLine;

/** Runs the lines of a shell, each a command without its directory. */
final class ShellLine {
  /** The shell shall end. */
  static final int EXIT = -1;

  /** The database shall be closed and opened again. */
  static final int REOPEN = -2;

  /** Those that open a database of their own, or none at all. */
  private static final Set<String> ELSEWHERE =
      Set.of("quickstart", "repair", "backups", "restore-backup", "shell", "generate-completion");

  private static final Set<String> WITHOUT_DIRECTORY = Set.of("help");

  private final Terminal terminal;
  private final Database database;
  private final Path directory;

  ShellLine(Terminal terminal, Database database, Path directory) {
    this.terminal = terminal;
    this.database = database;
    this.directory = directory;
  }

  /** Splits at blanks outside of quotes; backslashes are left alone, JSON has many. */
  static Parser parser() {
    DefaultParser parser = new DefaultParser();
    parser.setEscapeChars(null);
    parser.setEofOnUnclosedQuote(true);
    return parser;
  }

  /** The commands of a shell. */
  CommandLine commands() {
    CommandLine commands =
        Main.commandLine(
            terminal,
            new CommandFactory(terminal, database),
            new FailureReport(terminal.err(), () -> false, "interrupted"));
    ELSEWHERE.forEach(name -> commands.getCommandSpec().removeSubcommand(name));
    return commands;
  }

  /** The exit code of the line, or {@link #EXIT} or {@link #REOPEN}. */
  int run(String text) {
    if (text.isBlank() || text.startsWith("#")) {
      return ExitCode.OK;
    }
    List<String> words;
    try {
      words = parser().parse(text, text.length(), Parser.ParseContext.ACCEPT_LINE).words();
    } catch (EOFError e) {
      terminal.err().println("nacre: " + e.getMessage());
      return ExitCode.USAGE;
    }
    // JLine ends the words with an empty one when a blank ends the line.
    boolean blankAtEnd =
        words.size() > 1
            && words.getLast().isEmpty()
            && Character.isWhitespace(text.charAt(text.length() - 1));
    int code = run(blankAtEnd ? words.subList(0, words.size() - 1) : words);
    terminal.out().flush();
    terminal.err().flush();
    return code;
  }

  private int run(List<String> words) {
    return switch (words.getFirst()) {
      case "exit", "quit" -> EXIT;
      case "reopen" -> REOPEN;
      default -> execute(words);
    };
  }

  private int execute(List<String> words) {
    List<String> arguments = new ArrayList<>(words);
    if (!WITHOUT_DIRECTORY.contains(words.getFirst()) && !words.getFirst().startsWith("-")) {
      arguments.add(1, directory.toString());
    }
    return commands().execute(arguments.toArray(String[]::new));
  }
}
