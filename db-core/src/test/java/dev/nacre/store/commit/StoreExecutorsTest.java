package dev.nacre.store.commit;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The store is closed after its threads: none of them may read what is not there any more. */
class StoreExecutorsTest {

  @Test
  void close_whileABatchIsPrepared_waitsForItEvenWhenInterrupted() throws InterruptedException {
    StoreExecutors executors = StoreExecutors.create();
    Semaphore go = new Semaphore(0);
    CountDownLatch begun = new CountDownLatch(1);
    AtomicBoolean done = new AtomicBoolean();
    executors
        .preparation()
        .execute(
            () -> {
              begun.countDown();
              go.acquireUninterruptibly();
              done.set(true);
            });
    begun.await();
    AtomicBoolean doneWhenClosed = new AtomicBoolean();
    AtomicBoolean stillInterrupted = new AtomicBoolean();
    Thread closing =
        Thread.ofPlatform()
            .start(
                () -> {
                  executors.close();
                  doneWhenClosed.set(done.get());
                  stillInterrupted.set(Thread.currentThread().isInterrupted());
                });
    await().until(() -> closing.getState() == Thread.State.TIMED_WAITING);

    closing.interrupt();
    await().until(() -> !closing.isInterrupted());
    assertTrue(closing.isAlive(), "closed while a batch was being prepared");
    go.release();
    closing.join();

    assertTrue(doneWhenClosed.get());
    assertTrue(stillInterrupted.get(), "the interrupt was swallowed");
  }

  @Test
  void close_dropsWhatWaitsToBePrepared() throws InterruptedException {
    StoreExecutors executors = StoreExecutors.create();
    int threads = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 4);
    Semaphore go = new Semaphore(0);
    CountDownLatch begun = new CountDownLatch(threads);
    AtomicInteger ran = new AtomicInteger();
    for (int i = 0; i < threads + 5; i++) {
      executors
          .preparation()
          .execute(
              () -> {
                begun.countDown();
                go.acquireUninterruptibly();
                ran.incrementAndGet();
              });
    }
    begun.await();
    Thread closing = Thread.ofPlatform().start(executors::close);
    await().until(() -> executors.preparation().isShutdown());
    go.release(threads + 5);
    closing.join();

    assertEquals(threads, ran.get());
    assertFalse(closing.isAlive());
  }
}
