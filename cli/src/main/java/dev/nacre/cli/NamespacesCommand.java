package dev.nacre.cli;

import dev.nacre.Database;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Namespace;
import dev.nacre.model.Retention;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code nacre namespaces}. */
@Command(
    name = "namespaces",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    description = {"Lists the namespaces with their options and embedding spaces.", ""})
final class NamespacesCommand extends DirectoryCommand {
  @Mixin private AsOfOption asOf = new AsOfOption();

  NamespacesCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() throws InterruptedException {
    try (Database database = openToRead()) {
      for (Namespace namespace : Await.of(database.namespaces(asOf.moment()))) {
        answer(Json.of(namespace), text(terminal(), namespace));
      }
      return ExitCode.OK;
    }
  }

  /** A namespace on a line. */
  static String text(Terminal terminal, Namespace namespace) {
    return terminal.bold(Printable.line(namespace.name()))
        + "  "
        + terminal.dim("since version " + namespace.createdVersion())
        + describe(namespace);
  }

  /** Options and spaces of a namespace. */
  static String describe(Namespace namespace) {
    String spaces =
        namespace.spaces().stream()
            .map(NamespacesCommand::describe)
            .collect(Collectors.joining(", "));
    String fields =
        namespace.options().fields().stream()
            .map(field -> field.name() + "=" + field.path())
            .collect(Collectors.joining(", "));
    return (namespace.options().timeToLive() == null
            ? ""
            : "  records expire after " + namespace.options().timeToLive())
        + retention(namespace.options().retention())
        + (spaces.isEmpty() ? "" : "  spaces: " + spaces)
        + (fields.isEmpty() ? "" : "  fields: " + Printable.line(fields));
  }

  private static String retention(Retention retention) {
    return switch (retention) {
      case Retention.All _ -> "";
      case Retention.LastVersions last ->
          "  keeps " + (last.count() == 1 ? "the last version" : last.count() + " versions");
      case Retention.Lasting lasting -> "  keeps history for " + lasting.duration();
    };
  }

  private static String describe(EmbeddingSpace space) {
    return space.name()
        + " ("
        + space.dimension()
        + ", "
        + space.metric()
        + (space.model() == null ? "" : ", " + Printable.line(space.model()))
        + ")";
  }
}
