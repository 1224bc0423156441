package dev.nacre.testing;

import dev.nacre.feed.ChangeEvent;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

/** Takes everything and does something with each change. */
final class EventAction implements Flow.Subscriber<ChangeEvent> {
  private final Consumer<ChangeEvent> action;
  private final CompletableFuture<Throwable> end;

  EventAction(Consumer<ChangeEvent> action, CompletableFuture<Throwable> end) {
    this.action = action;
    this.end = end;
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    subscription.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(ChangeEvent event) {
    action.accept(event);
  }

  @Override
  public void onError(Throwable failure) {
    end.complete(failure);
  }

  @Override
  public void onComplete() {
    end.complete(new AssertionError("it ended"));
  }
}
