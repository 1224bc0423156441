package dev.nacre.cli;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** Waits for a future as a command may: interruptibly, failing with the failure itself. */
final class Await {
  private Await() {}

  /** The result. Interrupted, it cancels the future: nobody waits for that work any more. */
  static <T> T of(Future<T> future) throws InterruptedException {
    try {
      return future.get();
    } catch (InterruptedException e) {
      boolean _ = future.cancel(true);
      throw e;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    }
  }
}
