package dev.nacre.cli;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** Waits for a future as a command may: interruptibly, failing with the failure itself. */
final class Await {
  private Await() {}

  static <T> T of(Future<T> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    }
  }
}
