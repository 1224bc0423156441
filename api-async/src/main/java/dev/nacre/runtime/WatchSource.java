package dev.nacre.runtime;

import dev.nacre.feed.ChangeEvent;
import dev.nacre.feed.WatchRequest;
import dev.nacre.store.FeedPage;
import dev.nacre.store.FeedPosition;
import dev.nacre.store.Pin;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Reads the change feed of a namespace, and waits for more of it when it has caught up. */
final class WatchSource implements PageSource<ChangeEvent, FeedRead> {
  private final Dispatcher dispatcher;
  private final FeedHub hub;
  private final WatchRequest request;
  private @Nullable PagedSubscription<ChangeEvent, FeedRead> subscription;
  private FeedHub.@Nullable Waiter waiter;
  private @Nullable Pin pin;
  private @Nullable FeedPosition position;
  private long until = Long.MAX_VALUE;
  private long seenVersion;

  /**
   * A source.
   *
   * @param pin where to begin, or null when the request's moment must be looked up first
   */
  WatchSource(Dispatcher dispatcher, WatchRequest request, @Nullable Pin pin) {
    this.dispatcher = dispatcher;
    this.hub = dispatcher.feeds();
    this.request = request;
    this.pin = pin;
  }

  /** Before the subscription starts. */
  void opened(PagedSubscription<ChangeEvent, FeedRead> by) {
    subscription = by;
    hub.open(by);
  }

  @Override
  public String operation() {
    return "watch";
  }

  @Override
  public CompletableFuture<FeedRead> read() {
    return dispatcher.execute(new Call.Feed(request, pin, position, until));
  }

  @Override
  public Part<ChangeEvent> take(FeedRead read) {
    FeedPage page = read.page();
    pin = read.pin();
    until = read.until();
    position = page.position();
    seenVersion = page.upTo();
    // A commit may have come in part only: then it is read once more.
    read.pin().advanceTo(page.position().version() - 1);
    if (!page.caughtUp()) {
      return new Part<>(page.events(), End.MORE);
    }
    return new Part<>(page.events(), page.upTo() >= until ? End.LAST : End.WAIT);
  }

  @Override
  public void discard(FeedRead read) {
    read.pin().close();
  }

  @Override
  public void await(Runnable wake) {
    waiter = hub.await(request.namespace(), seenVersion, wake);
  }

  @Override
  public void close() {
    PagedSubscription<ChangeEvent, FeedRead> closed = subscription;
    if (closed != null) {
      hub.forget(closed);
      subscription = null;
    }
    FeedHub.Waiter waiting = waiter;
    if (waiting != null) {
      hub.forget(waiting);
      waiter = null;
    }
    Pin held = pin;
    if (held != null) {
      held.close();
      pin = null;
    }
  }
}
