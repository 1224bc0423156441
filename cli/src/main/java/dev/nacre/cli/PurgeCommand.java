package dev.nacre.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nacre.Database;
import dev.nacre.maintain.Backup;
import dev.nacre.maintain.ErasedRows;
import dev.nacre.maintain.PurgeRecord;
import dev.nacre.maintain.PurgeReport;
import dev.nacre.maintain.PurgeRequest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code nacre purge}. */
@Command(
    name = "purge",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    description = {
      "Erases a key, all keys with a prefix, or a namespace for good: every version there ever was, from",
      "records, history, vectors, log, indexes and files. It cannot be undone. The log keeps that something",
      "was purged, when, by whom and why. Backups are not touched: those that still hold it are listed.",
      ""
    })
final class PurgeCommand extends DirectoryCommand {
  @Parameters(index = "1", paramLabel = "NAMESPACE", description = "The namespace.")
  private String namespace = "";

  @Parameters(index = "2", arity = "0..1", paramLabel = "KEY", description = "The key.")
  private @Nullable String key;

  @Option(
      names = "--prefix",
      paramLabel = "PREFIX",
      description = "Instead of a KEY: every key that starts with it.")
  private @Nullable String prefix;

  @Option(
      names = "--whole-namespace",
      description = "Instead of a KEY: the namespace, and all of that name before it.")
  private boolean wholeNamespace;

  @Option(names = "--actor", paramLabel = "WHO", description = "Who purges; kept in the log.")
  private @Nullable String actor;

  @Option(
      names = "--reason",
      paramLabel = "WHY",
      description = "Why; kept in the log, so it must not repeat what is to be forgotten.")
  private @Nullable String reason;

  @Option(names = "--yes", description = "Do not ask.")
  private boolean yes;

  @Spec private @Nullable CommandSpec spec;

  PurgeCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() throws InterruptedException {
    PurgeRequest request = request();
    if (!yes && !confirmed()) {
      terminal().err().println("nacre: nothing was purged");
      return ExitCode.USAGE;
    }
    try (Database database = openExisting()) {
      PurgeReport report = Await.of(database.purge(request));
      answer(json(report), text(report));
      return ExitCode.OK;
    }
  }

  private PurgeRequest request() {
    int named = (key == null ? 0 : 1) + (prefix == null ? 0 : 1) + (wholeNamespace ? 1 : 0);
    if (named != 1) {
      throw usage("name a KEY, --prefix or --whole-namespace, one of them");
    }
    PurgeRequest request;
    if (key != null) {
      request = PurgeRequest.key(namespace, key);
    } else if (prefix != null) {
      request = PurgeRequest.prefix(namespace, prefix);
    } else {
      request = PurgeRequest.namespace(namespace);
    }
    if (actor != null) {
      request = request.withActor(actor);
    }
    return reason == null ? request : request.withReason(reason);
  }

  private ParameterException usage(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }

  private boolean confirmed() {
    if (!terminal().interactive()) {
      throw usage("a purge cannot be undone: say --yes");
    }
    String what =
        key != null
            ? "every version of \"" + Printable.line(key) + "\" in"
            : prefix != null
                ? "every version of every key that starts with \""
                    + Printable.line(prefix)
                    + "\" in"
                : "everything that ever was in";
    terminal()
        .err()
        .print("Erase " + what + " namespace \"" + Printable.line(namespace) + "\"? [y/N] ");
    terminal().err().flush();
    try {
      String line =
          new BufferedReader(new InputStreamReader(terminal().in(), Charset.defaultCharset()))
              .readLine();
      String answer = line == null ? "" : line.strip().toLowerCase(Locale.ROOT);
      return answer.equals("y") || answer.equals("yes");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ObjectNode json(PurgeReport report) {
    PurgeRecord purge = report.purge();
    ErasedRows erased = purge.erased();
    ObjectNode node =
        Json.object()
            .put("version", purge.version())
            .put("committedAt", purge.committedAt().toString())
            .put("namespace", purge.namespace())
            .put("kind", purge.kind().name().toLowerCase(Locale.ROOT));
    if (purge.actor() != null) {
      node.put("actor", purge.actor());
    }
    if (purge.reason() != null) {
      node.put("reason", purge.reason());
    }
    node.putObject("erased")
        .put("records", erased.records())
        .put("versions", erased.versions())
        .put("vectors", erased.vectors())
        .put("pastVectors", erased.pastVectors())
        .put("changes", erased.changes())
        .put("expiries", erased.expiries());
    node.put("filesRewritten", purge.filesRewritten());
    purge.completedAt().ifPresent(at -> node.put("completedAt", at.toString()));
    ArrayNode backups = node.putArray("backups");
    for (Backup backup : report.backups()) {
      backups
          .addObject()
          .put("directory", backup.directory().toString())
          .put("id", backup.id())
          .put("version", backup.version());
    }
    ArrayNode unreadable = node.putArray("unreadable");
    report.unreadable().forEach(directory -> unreadable.add(directory.toString()));
    return node;
  }

  private static String text(PurgeReport report) {
    PurgeRecord purge = report.purge();
    ErasedRows erased = purge.erased();
    StringBuilder text =
        new StringBuilder()
            .append("version ")
            .append(purge.version())
            .append(", committed at ")
            .append(purge.committedAt())
            .append(": erased ")
            .append(erased.records())
            .append(" records, ")
            .append(erased.versions())
            .append(" versions before, ")
            .append(erased.vectors() + erased.pastVectors())
            .append(" vectors, ")
            .append(erased.changes())
            .append(" changes in the log; ")
            .append(purge.filesRewritten())
            .append(" files rewritten");
    for (Backup backup : report.backups()) {
      text.append("\nstill held by backup ")
          .append(backup.id())
          .append(" in ")
          .append(Printable.line(backup.directory().toString()));
    }
    for (Path directory : report.unreadable()) {
      text.append("\nbackups that cannot be found or read now, and may hold it, in ")
          .append(Printable.line(directory.toString()));
    }
    return text.toString();
  }
}
