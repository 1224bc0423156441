package dev.nacre.cli;

import dev.nacre.Database;
import dev.nacre.RestoreRequest;
import dev.nacre.model.AsOf;
import dev.nacre.model.Commit;
import dev.nacre.model.Write;
import dev.nacre.model.WriteCondition;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code nacre restore}. */
@Command(
    name = "restore",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    description = {
      "Writes the state of an earlier moment as a new version: of one record, of the keys with a prefix,",
      "or of a whole namespace, in one commit. What was written since stays in the history. A database",
      "from a backup is made by restore-backup.",
      ""
    })
final class RestoreCommand extends DirectoryCommand {
  @Parameters(index = "1", paramLabel = "NAMESPACE", description = "The namespace.")
  private String namespace = "";

  @Parameters(index = "2", arity = "0..1", paramLabel = "KEY", description = "The key.")
  private @Nullable String key;

  @Option(
      names = "--prefix",
      paramLabel = "TEXT",
      description = "Instead of a KEY: all keys that begin so.")
  private @Nullable String prefix;

  @Option(
      names = "--whole-namespace",
      description = "Instead of a KEY: the namespace with all its records.")
  private boolean wholeNamespace;

  @Option(
      names = "--as-of",
      required = true,
      paramLabel = "MOMENT",
      converter = AsOfConverter.class,
      description = "Whose state: a version, an instant or a day.")
  private AsOf asOf = AsOf.now();

  @Option(
      names = "--if-version",
      paramLabel = "VERSION",
      description = "Only when the record is at that version now.")
  private @Nullable Long ifVersion;

  @Option(
      names = "--expires-never",
      description = "What is restored does not expire; without it, the old expiry comes back.")
  private boolean expiresNever;

  @Mixin private CommitOptions commit = new CommitOptions();

  @Spec private @Nullable CommandSpec spec;

  RestoreCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() throws InterruptedException {
    RestoreRequest request = request().withAttributes(commit.attributes());
    if (ifVersion != null) {
      request = request.withCondition(WriteCondition.ifVersion(ifVersion));
    }
    if (expiresNever) {
      request = request.withExpiry(Write.Expiry.Never.NEVER);
    }
    try (Database database = openExisting()) {
      Commit made = Await.of(database.restore(request));
      answer(Json.of(made), "version " + made.version() + ", committed at " + made.committedAt());
      return ExitCode.OK;
    }
  }

  private RestoreRequest request() {
    int named = (key == null ? 0 : 1) + (prefix == null ? 0 : 1) + (wholeNamespace ? 1 : 0);
    if (named != 1 || (ifVersion != null && key == null)) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(),
          named == 1
              ? "--if-version goes with a KEY"
              : "name a KEY, a --prefix or --whole-namespace");
    }
    return key != null
        ? RestoreRequest.of(namespace, key, asOf)
        : RestoreRequest.ofPrefix(namespace, prefix == null ? "" : prefix, asOf);
  }
}
