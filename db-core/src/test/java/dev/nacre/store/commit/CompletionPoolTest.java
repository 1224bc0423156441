package dev.nacre.store.commit;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Completions run, whatever the system refuses and however they wait for each other. */
class CompletionPoolTest {
  private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);

  @AfterEach
  void stop() {
    timer.shutdownNow();
  }

  @Test
  void execute_whileNoThreadCanBeStarted_runsOnceOneCan() throws InterruptedException {
    AtomicInteger refusals = new AtomicInteger(3);
    CompletionPool pool =
        new CompletionPool(
            2,
            task -> {
              if (refusals.getAndDecrement() > 0) {
                throw new OutOfMemoryError("unable to create native thread");
              }
              return Thread.ofPlatform().daemon().unstarted(task);
            },
            timer);
    CountDownLatch done = new CountDownLatch(1);
    pool.execute(done::countDown);
    assertTrue(done.await(30, TimeUnit.SECONDS));
    assertTrue(refusals.get() <= 0);
    pool.close(10);
  }

  @Test
  void execute_completionsThatWaitForEachOther_allRun() throws InterruptedException {
    CompletionPool pool = new CompletionPool(2, Thread.ofPlatform().daemon().factory(), timer);
    int count = 10;
    CountDownLatch all = new CountDownLatch(count);
    AtomicInteger met = new AtomicInteger();
    for (int i = 0; i < count; i++) {
      pool.execute(
          () -> {
            all.countDown();
            try {
              if (all.await(30, TimeUnit.SECONDS)) {
                met.incrementAndGet();
              }
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
    }
    Awaitility.await().until(() -> met.get() == count);
    pool.close(10);
  }
}
