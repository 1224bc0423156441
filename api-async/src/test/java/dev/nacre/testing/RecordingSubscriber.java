package dev.nacre.testing;

import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A subscriber that asks for what the test says and keeps what it gets. Thread-safe. */
public final class RecordingSubscriber<T> implements Flow.Subscriber<T> {
  private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
  private final List<T> items = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Optional<Throwable>> end = new CompletableFuture<>();
  private final AtomicReference<@Nullable String> thread = new AtomicReference<>();

  /** Asks for more. */
  public void request(long n) {
    Futures.await(subscription).request(n);
  }

  /** Wants no more. */
  public void cancel() {
    Futures.await(subscription).cancel();
  }

  /** Waits until {@code count} items are there. */
  public void awaitItems(int count) {
    await().until(() -> items.size() >= count);
  }

  /** Waits for the end. */
  public void awaitEnd() {
    var _ = Futures.await(end);
  }

  /** What has come. */
  public List<T> items() {
    return List.copyOf(items);
  }

  /** What it ended with; waits for the end. */
  public Optional<Throwable> failure() {
    return Futures.await(end);
  }

  /** Whether it has ended. */
  public boolean hasEnded() {
    return end.isDone();
  }

  /** The thread of the last signal. */
  public @Nullable String thread() {
    return thread.get();
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription.complete(given);
  }

  @Override
  public void onNext(T item) {
    thread.set(Thread.currentThread().getName());
    items.add(item);
  }

  @Override
  public void onError(Throwable failure) {
    end.complete(Optional.of(failure));
  }

  @Override
  public void onComplete() {
    end.complete(Optional.empty());
  }
}
