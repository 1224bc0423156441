package dev.nacre.runtime;

import dev.nacre.error.NacreException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/** Two asynchronous steps as one future whose cancelling reaches the step that is under way. */
final class Chain {
  private Chain() {}

  static <A, B> CompletableFuture<B> then(
      CompletableFuture<A> first, Function<? super A, CompletableFuture<B>> second) {
    AtomicReference<CompletableFuture<?>> current = new AtomicReference<>(first);
    CompletableFuture<B> whole =
        new CompletableFuture<>() {
          @Override
          public boolean cancel(boolean mayInterruptIfRunning) {
            boolean cancelled = super.cancel(mayInterruptIfRunning);
            boolean _ = current.get().cancel(mayInterruptIfRunning);
            return cancelled;
          }
        };
    CompletableFuture<A> _ =
        first.whenComplete(
            (value, failure) -> {
              if (failure != null) {
                whole.completeExceptionally(Failures.unwrapped(failure));
              } else if (!whole.isDone()) {
                startSecond(whole, current, value, second);
              }
            });
    return whole;
  }

  private static <A, B> void startSecond(
      CompletableFuture<B> whole,
      AtomicReference<CompletableFuture<?>> current,
      A value,
      Function<? super A, CompletableFuture<B>> second) {
    CompletableFuture<B> next;
    try {
      next = second.apply(value);
    } catch (NacreException e) {
      whole.completeExceptionally(e);
      return;
    }
    current.set(next);
    if (whole.isCancelled()) {
      boolean _ = next.cancel(false);
    }
    CompletableFuture<B> _ =
        next.whenComplete(
            (answer, failure) -> {
              if (failure == null) {
                whole.complete(answer);
              } else {
                whole.completeExceptionally(Failures.unwrapped(failure));
              }
            });
  }
}
