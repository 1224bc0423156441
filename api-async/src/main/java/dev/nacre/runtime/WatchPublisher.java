package dev.nacre.runtime;

import dev.nacre.error.NacreException;
import dev.nacre.feed.ChangeEvent;
import dev.nacre.feed.WatchRequest;
import dev.nacre.model.AsOf;
import dev.nacre.store.Pin;
import java.util.Objects;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * The changes of a namespace as a stream that catches up from the log and then stays live. Each
 * subscriber gets a stream of its own, at its own pace; it holds the history that is still to come
 * for it.
 */
public final class WatchPublisher implements Flow.Publisher<ChangeEvent> {
  private final Dispatcher dispatcher;
  private final WatchRequest request;

  /** The changes that {@code request} asks for. */
  public WatchPublisher(Dispatcher dispatcher, WatchRequest request) {
    this.dispatcher = dispatcher;
    this.request = request;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ChangeEvent> subscriber) {
    Objects.requireNonNull(subscriber, "subscriber");
    @Nullable Pin pin = null;
    @Nullable RuntimeException refusal = null;
    try {
      // Now is when somebody subscribes, not when he first asks for something.
      pin = request.after() == AsOf.Now.NOW ? dispatcher.pinNow(request.namespace()) : null;
    } catch (NacreException e) {
      refusal = e;
    }
    WatchSource source = new WatchSource(dispatcher, request, pin);
    PagedSubscription<ChangeEvent, FeedRead> subscription =
        new PagedSubscription<>(source, subscriber);
    source.opened(subscription);
    // Looked at after it was added: closing fails those it finds there.
    subscription.start(
        refusal == null && dispatcher.isClosed() ? dispatcher.closedException() : refusal);
  }
}
