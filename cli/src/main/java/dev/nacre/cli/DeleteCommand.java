package dev.nacre.cli;

import dev.nacre.Database;
import dev.nacre.DeleteRequest;
import dev.nacre.error.KeyNotFoundException;
import dev.nacre.model.Commit;
import dev.nacre.model.Namespace;
import dev.nacre.model.WriteCondition;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nacre delete}. */
@Command(
    name = "delete",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    description = {
      "Removes a record, or a namespace with all its records. Their history stays: reads as of before",
      "still see them. Exit code 1: there is no such record or namespace.",
      ""
    })
final class DeleteCommand extends DirectoryCommand {
  @Parameters(index = "1", paramLabel = "NAMESPACE", description = "The namespace.")
  private String namespace = "";

  @ArgGroup(multiplicity = "1")
  private What what = new What();

  /** A record, or everything. */
  static final class What {
    @Parameters(index = "2", paramLabel = "KEY", description = "The key.")
    private @Nullable String key;

    @Option(names = "--whole-namespace", description = "The namespace with all its records.")
    private boolean wholeNamespace;

    What() {}
  }

  @Option(
      names = "--if-version",
      paramLabel = "VERSION",
      description = "Only when the record is at that version.")
  private @Nullable Long ifVersion;

  @Mixin private CommitOptions commit = new CommitOptions();

  DeleteCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() throws InterruptedException {
    try (Database database = openExisting()) {
      String key = what.key;
      Commit made =
          what.wholeNamespace || key == null ? deleteNamespace(database) : delete(database, key);
      answer(
          Json.of(made), "version " + made.version() + ", committed at " + made.committedAt());
      return ExitCode.OK;
    }
  }

  private Commit delete(Database database, String key) throws InterruptedException {
    // Nobody else writes meanwhile: this process owns the directory.
    var _ = Await.of(database.require(namespace, key));
    DeleteRequest request =
        DeleteRequest.of(namespace, key).withAttributes(commit.attributes());
    return Await.of(
        database.delete(
            ifVersion == null
                ? request
                : request.withCondition(WriteCondition.ifVersion(ifVersion))));
  }

  private Commit deleteNamespace(Database database) throws InterruptedException {
    if (Await.of(database.namespaces()).stream().map(Namespace::name).noneMatch(namespace::equals)) {
      throw new KeyNotFoundException(
          "there is no namespace \"" + Printable.line(namespace) + "\"",
          Map.of("namespace", namespace));
    }
    return Await.of(database.deleteNamespace(namespace));
  }
}
