package dev.nacre.store.maintain;

import dev.nacre.error.HistoryDroppedException;
import dev.nacre.feed.ChangeEvent;
import dev.nacre.feed.WatchRequest;
import dev.nacre.maintain.ExportRequest;
import dev.nacre.maintain.Progress;
import dev.nacre.model.AsOf;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Namespace;
import dev.nacre.model.Operation;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.ScanRequest;
import dev.nacre.store.FeedPage;
import dev.nacre.store.FeedPosition;
import dev.nacre.store.Pin;
import dev.nacre.store.Store;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The changes of namespaces from their creation, or from the oldest version that retention has
 * left, up to a read point; a page at a time. For one use and one thread.
 */
public final class ExportedHistory {
  private static final int PAGE_CHANGES = 500;

  private final Store store;
  private final ExportRequest request;
  private final BooleanSupplier stop;
  private final ReadPoint at;
  private long changes;

  /** Of what {@code records} has chosen. */
  public ExportedHistory(
      Store store, ExportRequest request, BooleanSupplier stop, ExportedRecords records) {
    this.store = store;
    this.request = request;
    this.stop = stop;
    this.at = records.at();
  }

  /** Takes a change. */
  public interface Sink {
    /** Takes one. */
    void change(ExportedChange change) throws IOException;
  }

  /** How many changes were handed over. */
  public long count() {
    return changes;
  }

  /**
   * Hands over the changes of a namespace in the order of versions.
   *
   * @throws CancellationException when stopped
   */
  public void forEach(Namespace namespace, Sink sink) throws IOException {
    Set<String> spaces =
        namespace.spaces().stream().map(EmbeddingSpace::name).collect(Collectors.toSet());
    WatchRequest feed =
        new WatchRequest(
            namespace.name(),
            "",
            AsOf.now(),
            null,
            WatchRequest.Detail.RECORDS,
            spaces,
            PAGE_CHANGES);
    long first = first(namespace, feed);
    // From here on retention drops nothing of it.
    try (Pin _ = store.pin(AsOf.version(first), namespace.name())) {
      FeedPosition position = FeedPosition.after(first - 1);
      boolean begun = first > namespace.createdVersion();
      while (true) {
        if (stop.getAsBoolean()) {
          throw new CancellationException("the export was stopped");
        }
        FeedPage page = store.readFeed(feed, position, at.version());
        for (ChangeEvent event : page.events()) {
          // One of the same name may have been deleted in the commit that has created this one.
          begun |= event instanceof ChangeEvent.NamespaceCreated;
          ExportedChange change = begun ? change(event) : null;
          if (change != null) {
            sink.change(change);
            changes++;
          }
        }
        request.progress().accept(new Progress("changes exported", changes, -1));
        if (page.caughtUp()) {
          return;
        }
        position = page.position();
      }
    }
  }

  /** The first version whose changes, and the records they made, are all left. */
  private long first(Namespace namespace, WatchRequest feed) {
    long first = namespace.createdVersion();
    while (true) {
      try {
        var _ = store.readFeed(feed, FeedPosition.after(first - 1), Math.min(first, at.version()));
        var _ = store.scan(new ReadPoint(first, at.instant(), at.lineage()), one(namespace));
        return first;
      } catch (HistoryDroppedException e) {
        long oldest = Long.parseLong(e.details().getOrDefault("oldest", "0"));
        if (oldest <= first || oldest > at.version()) {
          throw e;
        }
        first = oldest;
      }
    }
  }

  private static ScanRequest one(Namespace namespace) {
    return ScanRequest.of(namespace.name()).withLimit(1);
  }

  private static @Nullable ExportedChange change(ChangeEvent event) {
    return switch (event) {
      case ChangeEvent.RecordChanged changed ->
          new ExportedChange(
              changed.namespace(),
              changed.change().key(),
              changed.commit().version(),
              changed.commit().committedAt(),
              changed.change().operation() == Operation.DELETE
                  ? ExportedChange.Operation.DELETE
                  : ExportedChange.Operation.PUT,
              changed.written(),
              changed.attributes());
      case ChangeEvent.RecordPurged purged ->
          new ExportedChange(
              purged.namespace(),
              null,
              purged.commit().version(),
              purged.commit().committedAt(),
              ExportedChange.Operation.PURGED,
              null,
              purged.attributes());
      case ChangeEvent.NamespaceCreated _, ChangeEvent.NamespaceDeleted _ -> null;
    };
  }
}
