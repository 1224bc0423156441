package dev.nacre.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jline.reader.Candidate;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal.Signal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;
import picocli.AutoComplete;
import picocli.CommandLine.Model.CommandSpec;

/** A shell where a person types: line editing, history, completion, Ctrl-C and Ctrl-D. */
final class ShellTerminal {
  private final ShellLine line;
  private final boolean styled;

  ShellTerminal(ShellLine line, boolean styled) {
    this.line = line;
    this.styled = styled;
  }

  /** Runs what is typed until it shall end; {@link ExitCode#OK} or {@link ShellLine#REOPEN}. */
  int run() throws IOException {
    Thread shell = Thread.currentThread();
    try (org.jline.terminal.Terminal terminal =
        TerminalBuilder.builder().system(true).nativeSignals(true).dumb(false).build()) {
      LineReader reader =
          LineReaderBuilder.builder()
              .terminal(terminal)
              .appName("nacre")
              .parser(ShellLine.parser())
              .completer((_, typed, candidates) -> complete(typed, candidates))
              .variable(LineReader.HISTORY_FILE, historyFile())
              .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
              .build();
      String prompt =
          new AttributedStringBuilder()
              .append("nacre> ", styled ? AttributedStyle.BOLD : AttributedStyle.DEFAULT)
              .toAnsi(terminal);
      // Always there: Ctrl-C between two lines must neither end the process nor get lost.
      var _ = terminal.handle(Signal.INT, _ -> shell.interrupt());
      while (true) {
        String text;
        // One that came when the command had just ended.
        boolean _ = Thread.interrupted();
        try {
          text = reader.readLine(prompt);
        } catch (UserInterruptException _) {
          // Ctrl-C takes back what was typed.
          continue;
        } catch (EndOfFileException _) {
          return ExitCode.OK;
        }
        int code = line.run(text);
        if (code == ShellLine.EXIT) {
          return ExitCode.OK;
        }
        if (code == ShellLine.REOPEN) {
          return code;
        }
      }
    }
  }

  private static Path historyFile() {
    String state = System.getenv("XDG_STATE_HOME");
    Path base =
        state == null || state.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".local", "state")
            : Path.of(state);
    return base.resolve("nacre").resolve("shell-history");
  }

  private void complete(ParsedLine typed, List<Candidate> candidates) {
    CommandSpec spec = line.commands().getCommandSpec();
    List<CharSequence> found = new ArrayList<>();
    AutoComplete.complete(
        spec,
        typed.words().toArray(String[]::new),
        typed.wordIndex(),
        typed.wordCursor(),
        typed.cursor(),
        found);
    // They continue what has been typed of the word.
    String begun = typed.word().substring(0, typed.wordCursor());
    found.forEach(rest -> candidates.add(new Candidate(begun + rest)));
  }
}
