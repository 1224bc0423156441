package dev.nacre.cli;

import dev.nacre.Database;
import dev.nacre.error.UnavailableException;
import dev.nacre.feed.ChangeEvent;
import dev.nacre.feed.WatchRequest;
import dev.nacre.model.AsOf;
import dev.nacre.model.ReadPoint;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code nacre watch}. The owner is another process, so the directory is read anew whenever its
 * files change: a feed over processes, as prompt as the file system tells.
 */
@Command(
    name = "watch",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    description = {
      "Follows the changes of a namespace, in the order of their commits and without gaps, from now on",
      "or from an earlier moment, until Ctrl-C. Works beside a running owner.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  nacre watch memory notes",
      "  nacre watch memory notes --after 0 --no-follow --json     everything that ever happened",
      "  nacre watch memory notes --after 42 --records             go on behind version 42"
    })
final class WatchCommand extends DirectoryCommand {
  private static final long LOOK_SECONDS_MAX = 5;

  @Parameters(index = "1", paramLabel = "NAMESPACE", description = "The namespace.")
  private String namespace = "";

  @Option(
      names = "--prefix",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "Only keys that begin so.")
  private String prefix = "";

  @Option(
      names = "--after",
      paramLabel = "MOMENT",
      converter = AsOfConverter.class,
      description = "Changes after that version, instant or day; default: from now on.")
  private AsOf after = AsOf.now();

  @Option(names = "--no-follow", description = "End when what is there has been shown.")
  private boolean noFollow;

  @Option(names = "--records", description = "With the records as each change left them.")
  private boolean records;

  @Option(
      names = {"-n", "--limit"},
      paramLabel = "N",
      converter = CountConverter.class,
      description = "End after N changes.")
  private long limit = Long.MAX_VALUE;

  private long shown;

  WatchCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() throws InterruptedException {
    WatchRequest request = WatchRequest.of(namespace).withPrefix(prefix);
    if (records) {
      request = request.withRecords();
    }
    try (WatchService files = directory().getFileSystem().newWatchService()) {
      // Before the first look: what changes during it is looked at again.
      WatchKey changes = register(files);
      ReadPoint reached = look(request, null);
      while (!noFollow && shown < limit) {
        await(files, changes);
        reached = look(request, reached);
      }
    } catch (IOException e) {
      throw new UnavailableException(
          "the directory cannot be watched: " + e, Map.of("directory", directory().toString()), e);
    }
    return ExitCode.OK;
  }

  private @Nullable WatchKey register(WatchService files) throws IOException {
    Path store = directory().resolve("store");
    return !noFollow && store.toFile().isDirectory()
        ? store.register(
            files, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY)
        : null;
  }

  /** Until files have changed; some file systems do not tell, so it looks from time to time. */
  private static void await(WatchService files, @Nullable WatchKey changes)
      throws InterruptedException {
    WatchKey told = files.poll(LOOK_SECONDS_MAX, TimeUnit.SECONDS);
    if (told != null && changes != null) {
      changes.pollEvents().clear();
      boolean _ = changes.reset();
    }
  }

  /** Shows what has come since {@code reached}; where it has got to. */
  private ReadPoint look(WatchRequest watch, @Nullable ReadPoint reached)
      throws InterruptedException {
    try (Database database = reached == null ? openToRead() : openAgain(null)) {
      ReadPoint now = Await.of(database.stats()).readPoint();
      AsOf from = reached == null ? after : AsOf.at(reached);
      WatchRequest request = watch.withAfter(from).withUntil(AsOf.at(now));
      try (Stream<ChangeEvent> events = database.reactive().watch(request).toStream()) {
        Iterator<ChangeEvent> each = events.iterator();
        while (shown < limit && each.hasNext()) {
          print(each.next());
          shown++;
        }
      }
      terminal().out().flush();
      return now;
    }
  }

  private void print(ChangeEvent event) {
    String text =
        switch (event) {
          case ChangeEvent.RecordChanged changed ->
              changed.change().operation().name().toLowerCase(Locale.ROOT)
                  + "  "
                  + terminal().bold(Printable.line(changed.change().key()))
                  + changed.record().map(record -> "  " + Printable.preview(record)).orElse("");
          case ChangeEvent.RecordPurged purged ->
              purged.isPurge()
                  ? "records purged"
                  : "purged  by "
                      + (purged.purgeVersion() == 0
                          ? "a commit that was taken back"
                          : "version " + purged.purgeVersion())
                      + "  "
                      + purged.purgedAt();
          case ChangeEvent.NamespaceCreated _ -> "namespace created";
          case ChangeEvent.NamespaceDeleted _ -> "namespace deleted";
        };
    answer(
        JsonChanges.of(event),
        terminal().dim("version " + event.commit().version() + "  " + event.commit().committedAt())
            + "  "
            + text);
  }
}
