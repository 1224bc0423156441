package dev.nacre.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code nacre quickstart}. */
@Command(
    name = "quickstart",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    description = {
      "Shows what Nacre does, on real text, in some ten seconds; needs no network and no key.",
      "",
      "Embeds and stores the abstracts of the Cranfield collection, answers questions by meaning,",
      "corrects an abstract, and asks again: now, and as of before. Then reopens the database, asks",
      "once more, and ends with timings and with how good the rankings are by human judgement. It",
      "checks its own answers: exit code 3 says that one is wrong.",
      ""
    },
    footer = {
      "",
      "Without --directory the database lives in a temporary directory, which is removed at the end.",
      "In a directory that has been through a quickstart, only what differs is stored again."
    })
final class QuickstartCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Option(
      names = {"-d", "--directory"},
      paramLabel = "DIR",
      description = "Keep the database there; made when it is not there.")
  private @Nullable Path directory;

  @Option(names = "--keep", description = "Do not remove the temporary directory.")
  private boolean keep;

  @Option(
      names = "--documents",
      hidden = true,
      paramLabel = "N",
      defaultValue = "2147483647",
      description = "Only the first N documents.")
  private int documents = Integer.MAX_VALUE;

  QuickstartCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Corpus corpus = Corpus.load(documents);
    if (directory != null) {
      new Quickstart(terminal, directory, corpus).run();
      return ExitCode.OK;
    }
    Path temporary = Files.createTempDirectory("nacre-quickstart-");
    try {
      new Quickstart(terminal, temporary, corpus).run();
    } finally {
      if (keep) {
        terminal.line("");
        terminal.line("The database is kept in " + temporary);
      } else {
        delete(temporary);
      }
    }
    return ExitCode.OK;
  }

  private static void delete(Path tree) throws IOException {
    try (Stream<Path> entries = Files.walk(tree)) {
      // Reversed: what is in a directory before the directory.
      for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(entry);
      }
    }
  }
}
