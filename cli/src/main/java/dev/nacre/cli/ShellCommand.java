package dev.nacre.cli;

import dev.nacre.Database;
import dev.nacre.DatabaseOptions;
import dev.nacre.Maintenance;
import dev.nacre.embed.Embedder;
import dev.nacre.maintain.DirectoryOwner;
import dev.nacre.model.ReadPoint;
import dev.nacre.rag.Embedders;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nacre shell}. */
@Command(
    name = "shell",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    description = {
      "Opens a database and takes commands, without their DIR, until exit or Ctrl-D. Ctrl-C ends the",
      "command at hand. On a terminal with history and completion; otherwise the lines of standard",
      "input, ending at the first that fails, with its exit code.",
      ""
    },
    footer = {
      "",
      "Beside a running owner it reads, as of the version that it states; reopen brings it up to date.",
      "",
      "Example:",
      "  printf 'put notes n1 1\\nlog notes n1\\n' | nacre shell memory"
    })
final class ShellCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(index = "0", paramLabel = "DIR", description = "The directory of the database.")
  private Path directory = Path.of(".");

  @Option(names = "--read-only", description = "Only read: leaves no trace.")
  private boolean readOnly;

  ShellCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException, IOException {
    // Over all sessions: what has been read ahead must not be lost.
    BufferedReader script =
        new BufferedReader(new InputStreamReader(terminal.in(), StandardCharsets.UTF_8));
    try (Embedder embedder = Embedders.miniLm()) {
      int code;
      do {
        code = session(embedder, script);
      } while (code == ShellLine.REOPEN);
      return code;
    }
  }

  private int session(Embedder embedder, BufferedReader script)
      throws InterruptedException, IOException {
    Optional<DirectoryOwner> owner = Await.of(Maintenance.owner(directory));
    boolean reads = readOnly || owner.isPresent();
    DatabaseOptions.Builder options = DatabaseOptions.builder(directory).embedder(embedder);
    try (Database database = Database.open((reads ? options.readOnly() : options).build())) {
      ReadPoint at = Await.of(database.stats()).readPoint();
      String how =
          owner
              .map(by -> ", read beside its owner, process " + by.pid())
              .orElse(reads ? ", read only" : "");
      // Standard output is for answers.
      terminal.err().println("nacre: " + directory + " at version " + at.version() + how);
      ShellLine line = new ShellLine(terminal, database, directory);
      return terminal.interactive()
          ? new ShellTerminal(line, terminal.styled()).run()
          : run(line, script);
    }
  }

  private static int run(ShellLine line, BufferedReader script) throws IOException {
    for (String text = script.readLine(); text != null; text = script.readLine()) {
      int code = line.run(text);
      if (code == ShellLine.EXIT) {
        return ExitCode.OK;
      }
      if (code != ExitCode.OK) {
        return code;
      }
    }
    return ExitCode.OK;
  }
}
