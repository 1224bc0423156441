package dev.nacre.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nacre.Database;
import dev.nacre.DatabaseOptions;
import dev.nacre.Maintenance;
import dev.nacre.embed.Embedder;
import dev.nacre.error.FormatException;
import dev.nacre.maintain.DirectoryOwner;
import dev.nacre.model.ReadPoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * What the commands on a database directory share: where it is, how they write, and how they open
 * it. Those that read never own it, so they work beside a running owner, and leave no trace.
 */
abstract class DirectoryCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(index = "0", paramLabel = "DIR", description = "The directory of the database.")
  private Path directory = Path.of(".");

  @Option(names = "--json", description = "Answer in JSON, one object a line.")
  private boolean json;

  DirectoryCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  final Terminal terminal() {
    return terminal;
  }

  final Path directory() {
    return directory;
  }

  /** Whether answers are JSON. */
  final boolean json() {
    return json;
  }

  /** An answer, in the form that was asked for. */
  final void answer(JsonNode object, String text) {
    terminal.line(json ? object.toString() : text);
  }

  /** Opens it to read; says so when it is read beside its owner. */
  final Database openToRead() throws InterruptedException {
    return openToRead(null);
  }

  /** The same with an embedder. */
  final Database openToRead(@Nullable Embedder embedder) throws InterruptedException {
    Optional<DirectoryOwner> owner = Await.of(Maintenance.owner(directory));
    DatabaseOptions.Builder options = DatabaseOptions.builder(directory).readOnly();
    if (embedder != null) {
      options.embedder(embedder);
    }
    Database database = Database.open(options.build());
    if (owner.isPresent()) {
      ReadPoint at = Await.of(database.stats()).readPoint();
      terminal
          .err()
          .println(
              "nacre: reading beside its owner, process "
                  + owner.get().pid()
                  + " ("
                  + owner.get().command()
                  + "), at version "
                  + at.version());
    }
    return database;
  }

  /** Opens it to write; made when it is absent. */
  final Database openToWrite() {
    return Database.open(directory);
  }

  /** Opens one that is there to write. */
  final Database openExisting() {
    if (!Files.isDirectory(directory)) {
      throw new FormatException(
          "there is no Nacre directory at " + directory.toAbsolutePath(),
          Map.of("directory", directory.toString()));
    }
    return openToWrite();
  }
}
