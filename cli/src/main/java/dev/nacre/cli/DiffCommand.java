package dev.nacre.cli;

import dev.nacre.Database;
import dev.nacre.diff.ChangeKind;
import dev.nacre.diff.DiffPage;
import dev.nacre.diff.DiffRequest;
import dev.nacre.diff.FieldChange;
import dev.nacre.diff.JsonPatch;
import dev.nacre.diff.RecordDiff;
import dev.nacre.diff.ValueChange;
import dev.nacre.model.AsOf;
import dev.nacre.model.VersionedRecord;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code nacre diff}. */
@Command(
    name = "diff",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    description = {
      "Shows what differs between two moments: records added (+), removed (-) and changed (~), JSON",
      "values as the operations of RFC 6902 that make the later one of the earlier. Exit code 1:",
      "nothing differs, and the later moment has no such namespace.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  nacre diff memory notes --from 41 --to 42",
      "  nacre diff memory notes n1 --from 2026-01-31"
    })
final class DiffCommand extends DirectoryCommand {
  @Parameters(index = "1", paramLabel = "NAMESPACE", description = "The namespace.")
  private String namespace = "";

  @Parameters(index = "2", arity = "0..1", paramLabel = "KEY", description = "Only that record.")
  private @Nullable String key;

  @Option(
      names = "--from",
      required = true,
      paramLabel = "MOMENT",
      converter = AsOfConverter.class,
      description = "The moment before: a version, an instant or a day.")
  private AsOf from = AsOf.now();

  @Option(
      names = "--to",
      paramLabel = "MOMENT",
      converter = AsOfConverter.class,
      description = "The moment after; default: now.")
  private AsOf to = AsOf.now();

  @Option(
      names = "--prefix",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "Only keys that begin so.")
  private String prefix = "";

  @Option(
      names = {"-n", "--limit"},
      paramLabel = "N",
      converter = CountConverter.class,
      description = "At most N records; default: all.")
  private long limit = Long.MAX_VALUE;

  @Spec private @Nullable CommandSpec spec;

  DiffCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() throws InterruptedException {
    if (key != null && !prefix.isEmpty()) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(), "name a KEY or a --prefix, not both");
    }
    try (Database database = openToRead()) {
      DiffRequest request = DiffRequest.of(namespace, from, to).withPrefix(prefix);
      if (key != null) {
        request = request.withKey(key);
      }
      long left = limit;
      String cursor = null;
      do {
        DiffPage page = Await.of(database.diff(request.withCursor(cursor)));
        for (RecordDiff diff : page.items()) {
          if (left-- <= 0) {
            return ExitCode.OK;
          }
          print(diff);
        }
        cursor = page.cursor();
      } while (cursor != null && left > 0);
      return left == limit && !isThere(database, namespace, to) ? ExitCode.NOT_FOUND : ExitCode.OK;
    }
  }

  private void print(RecordDiff diff) {
    answer(JsonChanges.of(diff), terminal().bold(sign(diff.kind()) + Printable.line(diff.key())));
    if (!json()) {
      detail(diff);
    }
  }

  private void detail(RecordDiff diff) {
    ValueChange value = diff.value().orElse(null);
    switch (value) {
      case null -> {}
      case ValueChange.Patched patched -> {
        for (JsonPatch.Operation operation : patched.patch().operations()) {
          terminal().line("    " + Printable.line(operation.toString()));
        }
      }
      case ValueChange.Replaced _ -> {
        side("- ", diff.before().orElse(null));
        side("+ ", diff.after().orElse(null));
      }
    }
    for (FieldChange field : diff.metadata()) {
      String name = Printable.line(field.field());
      field.before().ifPresent(old -> terminal().line("    - " + name + ": " + printable(old)));
      field.after().ifPresent(now -> terminal().line("    + " + name + ": " + printable(now)));
    }
    diff.embeddings()
        .forEach(
            change ->
                terminal()
                    .line(
                        "    "
                            + sign(change.kind())
                            + "embedding "
                            + Printable.line(change.space())));
    if (diff.kind() == ChangeKind.CHANGED && diff.expiryChanged()) {
      terminal()
          .line(
              "    ~ expires at "
                  + diff.after()
                      .flatMap(VersionedRecord::expiresAt)
                      .map(Object::toString)
                      .orElse("no time"));
    }
  }

  private void side(String sign, @Nullable VersionedRecord record) {
    if (record != null && record.value().isPresent()) {
      terminal().line("    " + sign + Printable.preview(record));
    }
  }

  private static String printable(Object value) {
    return Printable.line(value.toString());
  }

  private static String sign(ChangeKind kind) {
    return switch (kind) {
      case ADDED -> "+ ";
      case REMOVED -> "- ";
      case CHANGED -> "~ ";
    };
  }
}
