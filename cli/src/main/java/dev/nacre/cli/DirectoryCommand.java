package dev.nacre.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nacre.Database;
import dev.nacre.DatabaseOptions;
import dev.nacre.Maintenance;
import dev.nacre.embed.Embedder;
import dev.nacre.error.FormatException;
import dev.nacre.maintain.DirectoryOwner;
import dev.nacre.model.AsOf;
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

  private @Nullable Database shared;

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

  /** Whether there is a namespace of that name; says so when there is none. */
  final boolean isThere(Database database, String namespace, AsOf moment)
      throws InterruptedException {
    boolean there =
        Await.of(database.namespaces(moment)).stream()
            .anyMatch(each -> each.name().equals(namespace));
    if (!there) {
      terminal.err().println("nacre: there is no namespace \"" + Printable.line(namespace) + "\"");
    }
    return there;
  }

  /** Works from now on with a database that is open and stays so, as in a shell. */
  final void shareWith(Database database) {
    shared = database;
  }

  /** Opens it to read; says so when it is read beside its owner. */
  final Database openToRead() throws InterruptedException {
    return openToRead(null);
  }

  /** The same with an embedder. */
  final Database openToRead(@Nullable Embedder embedder) throws InterruptedException {
    if (shared != null) {
      return SharedDatabase.viewOf(shared);
    }
    Optional<DirectoryOwner> owner = Await.of(Maintenance.owner(directory));
    Database database = openAgain(embedder);
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

  /** Opens it to read, once more: who owns it has been said. */
  final Database openAgain(@Nullable Embedder embedder) {
    return shared == null
        ? Database.open(options(embedder).readOnly().build())
        : SharedDatabase.viewOf(shared);
  }

  /** Opens it to write; made when it is absent. */
  final Database openToWrite() {
    return openToWrite(null);
  }

  /** The same with an embedder. */
  final Database openToWrite(@Nullable Embedder embedder) {
    return shared == null
        ? Database.open(options(embedder).build())
        : SharedDatabase.viewOf(shared);
  }

  private DatabaseOptions.Builder options(@Nullable Embedder embedder) {
    DatabaseOptions.Builder options = DatabaseOptions.builder(directory);
    return embedder == null ? options : options.embedder(embedder);
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
