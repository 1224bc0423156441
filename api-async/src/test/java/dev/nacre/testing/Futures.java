package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** What tests ask of futures. */
public final class Futures {
  /** Long enough for a busy machine; a test that passes never waits for it. */
  private static final long SECONDS = 60;

  static {
    Awaitility.setDefaultTimeout(Duration.ofSeconds(SECONDS));
  }

  private Futures() {}

  /** The answer; fails the test when there is none within a minute. */
  public static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get(SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof RuntimeException failure) {
        throw failure;
      }
      throw new AssertionError(cause);
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError("no answer: " + e, e);
    }
  }

  /** The failure, of that type, exactly as a callback of the future sees it: not wrapped. */
  public static <E extends Throwable> E failure(Class<E> type, CompletableFuture<?> future) {
    AtomicReference<@Nullable Throwable> seen = new AtomicReference<>();
    try {
      Object answer =
          future
              .<Object>handle(
                  (value, thrown) -> {
                    seen.set(thrown);
                    return String.valueOf(value);
                  })
              .get(SECONDS, TimeUnit.SECONDS);
      if (seen.get() == null) {
        return fail("answered " + answer + " instead of failing with " + type.getSimpleName());
      }
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError("no outcome: " + e, e);
    }
    return assertInstanceOf(type, seen.get());
  }
}
