package dev.nacre;

import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * A future made of another one. Unlike a dependent stage it fails with the failure itself, not
 * wrapped, and cancelling it cancels the other.
 */
final class DerivedRead<R> extends CompletableFuture<R> {
  private final CompletableFuture<?> source;

  private DerivedRead(CompletableFuture<?> source) {
    this.source = source;
  }

  static <S, R> CompletableFuture<R> of(CompletableFuture<S> source, Function<S, R> form) {
    return ofStage(source, answer -> CompletableFuture.completedFuture(form.apply(answer)));
  }

  static <S, R> CompletableFuture<R> ofStage(
      CompletableFuture<S> source, Function<S, CompletableFuture<R>> next) {
    DerivedRead<R> derived = new DerivedRead<>(source);
    var _ =
        source.whenComplete(
            (answer, failure) -> {
              if (failure != null) {
                derived.completeExceptionally(failure);
              } else {
                derived.follow(next, answer);
              }
            });
    return derived;
  }

  private <S> void follow(Function<S, CompletableFuture<R>> next, S answer) {
    CompletableFuture<R> following;
    try {
      following = next.apply(answer);
    } catch (RuntimeException | Error e) {
      completeExceptionally(e);
      return;
    }
    var _ =
        following.whenComplete(
            (result, failure) -> {
              if (failure != null) {
                completeExceptionally(failure);
              } else {
                complete(result);
              }
            });
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    source.cancel(mayInterruptIfRunning);
    return super.cancel(mayInterruptIfRunning);
  }

  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new CompletableFuture<>();
  }
}
