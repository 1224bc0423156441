package dev.nacre.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/**
 * {@code docs/reference/cli.md} holds the help of every command, word for word. With {@code
 * -Dcli.update=true} it is rewritten.
 */
class HelpTest {
  private static final Path PAGE =
      Path.of("..", "docs", "reference", "cli.md").toAbsolutePath().normalize();

  private static final String HEAD =
      """
      # The command line

      `./nacre COMMAND DIR [NAMESPACE [KEY …]]`. Reading commands open the database read-only: they leave no trace, work beside a
      running owner, and say then at which version they read. Writing commands need the directory for themselves and fail with `LOCKED`, naming
      the owner, when it is open elsewhere. `--json` answers in JSON, one object a line, errors too (on standard error). Styles and progress show on a
      terminal only, and `NO_COLOR` turns styles off. A `-` reads from standard input.

      | exit code | |
      |---|---|
      | 0 | all went well |
      | 1 | what was asked for is not there; a problem was found |
      | 2 | the arguments were not understood |
      | 3 | an answer that was checked is wrong (`quickstart`) |
      | 4 | an unexpected failure |
      | 10 + n | the error of number n in [errors](errors.md): 12 validation, 13 conflict, 14 serialization, 16 corruption, 17 format, 18 locked, 20 resource exhausted, 21 deadline exceeded, 22 unavailable |
      | 130 | interrupted |

      `source <(nacre generate-completion)` completes commands and options in bash and zsh.
      """;

  @Test
  void everyCommand_hasTheHelpThatThePageShows() throws IOException {
    StringBuilder page = new StringBuilder(HEAD);
    for (String command : commands()) {
      Commands.Outcome outcome = Commands.run(command, "--help");
      assertEquals(0, outcome.code(), command);
      assertEquals("", outcome.err(), command);
      page.append("\n## ").append(command).append("\n\n```\n");
      outcome.out().lines().forEach(line -> page.append(line.stripTrailing()).append('\n'));
      page.append("```\n");
    }
    if (Boolean.getBoolean("cli.update")) {
      Files.writeString(PAGE, page);
    }
    assertEquals(Files.readString(PAGE), page.toString(), "rewrite it with -Dcli.update=true");
  }

  @Test
  void everyCommand_saysWhatItDoesAndHowItIsCalled() {
    for (String command : commands()) {
      String help = Commands.run("help", command).out();
      assertTrue(help.startsWith("Usage: nacre " + command), help);
    }
    assertTrue(commands().contains("restore-backup"), commands().toString());
  }

  private static List<String> commands() {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    Terminal terminal = Terminal.plain(nowhere, nowhere);
    CommandLine line = new CommandLine(NacreCommand.class, new CommandFactory(terminal));
    List<String> names = new ArrayList<>(line.getSubcommands().keySet());
    names.remove("help");
    names.remove("generate-completion");
    return names;
  }
}
