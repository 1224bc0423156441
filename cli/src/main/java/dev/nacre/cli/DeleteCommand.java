package dev.nacre.cli;

import dev.nacre.Database;
import dev.nacre.DeleteRequest;
import dev.nacre.error.KeyNotFoundException;
import dev.nacre.model.Commit;
import dev.nacre.model.Namespace;
import dev.nacre.model.WriteCondition;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

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

  @Parameters(index = "2", arity = "0..1", paramLabel = "KEY", description = "The key.")
  private @Nullable String key;

  @Option(
      names = "--whole-namespace",
      description = "Instead of a KEY: the namespace with all its records.")
  private boolean wholeNamespace;

  @Option(
      names = "--if-version",
      paramLabel = "VERSION",
      description = "Only when the record is at that version.")
  private @Nullable Long ifVersion;

  @Mixin private CommitOptions commit = new CommitOptions();

  @Spec private @Nullable CommandSpec spec;

  DeleteCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() throws InterruptedException {
    String named = key;
    if ((named == null) != wholeNamespace) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(), "name a KEY or --whole-namespace");
    }
    try (Database database = openExisting()) {
      Commit made = named == null ? deleteNamespace(database) : delete(database, named);
      answer(Json.of(made), "version " + made.version() + ", committed at " + made.committedAt());
      return ExitCode.OK;
    }
  }

  private Commit delete(Database database, String named) throws InterruptedException {
    // Nobody else writes meanwhile: this process owns the directory.
    var _ = Await.of(database.require(namespace, named));
    DeleteRequest request = DeleteRequest.of(namespace, named).withAttributes(commit.attributes());
    return Await.of(
        database.delete(
            ifVersion == null
                ? request
                : request.withCondition(WriteCondition.ifVersion(ifVersion))));
  }

  private Commit deleteNamespace(Database database) throws InterruptedException {
    if (Await.of(database.namespaces()).stream()
        .map(Namespace::name)
        .noneMatch(namespace::equals)) {
      throw new KeyNotFoundException(
          "there is no namespace \"" + Printable.line(namespace) + "\"",
          Map.of("namespace", namespace));
    }
    return Await.of(database.deleteNamespace(namespace));
  }
}
