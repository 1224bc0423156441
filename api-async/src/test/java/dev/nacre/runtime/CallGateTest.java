package dev.nacre.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.DatabaseClosedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class CallGateTest {
  /** The threads that enter are faster than the one that leaves. */
  private static final int INSIDE_MAX = 1_000;

  /**
   * Threads enter, and other threads leave for them, while the gate is closed: once it says that it
   * is empty, nobody is inside and nobody gets in.
   */
  @RepeatedTest(50)
  void drained_isSaidOnlyWhenNobodyIsInside() throws Exception {
    CallGate gate = new CallGate();
    AtomicInteger inside = new AtomicInteger();
    AtomicBoolean drained = new AtomicBoolean();
    AtomicInteger lateEntries = new AtomicInteger();
    ConcurrentLinkedQueue<Integer> toLeave = new ConcurrentLinkedQueue<>();
    int callers = 4;
    CountDownLatch started = new CountDownLatch(callers);
    AtomicInteger refused = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < callers; t++) {
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    started.countDown();
                    while (true) {
                      while (inside.get() > INSIDE_MAX) {
                        Thread.onSpinWait();
                      }
                      try {
                        int stripe = gate.enter();
                        inside.incrementAndGet();
                        if (drained.get()) {
                          lateEntries.incrementAndGet();
                        }
                        toLeave.add(stripe);
                      } catch (DatabaseClosedException e) {
                        refused.incrementAndGet();
                        return;
                      }
                    }
                  }));
    }
    Thread leaver =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (refused.get() < callers || !toLeave.isEmpty()) {
                    Integer stripe = toLeave.poll();
                    if (stripe != null) {
                      inside.decrementAndGet();
                      gate.leave(stripe);
                    }
                  }
                });
    started.await();
    var closing = gate.close();
    var _ = closing.thenRun(() -> drained.set(true));
    closing.get(30, TimeUnit.SECONDS);
    assertEquals(0, inside.get());
    for (Thread thread : threads) {
      thread.join();
    }
    leaver.join();
    assertEquals(0, lateEntries.get());
    assertEquals(0, gate.count());
  }

  @Test
  void close_withNobodyInside_isDrainedAtOnce() {
    CallGate gate = new CallGate();
    int stripe = gate.enter();
    assertEquals(1, gate.count());
    var closing = gate.close();
    assertFalse(closing.isDone());
    gate.leave(stripe);
    assertTrue(closing.isDone());
    assertTrue(gate.close().isDone());
  }
}
