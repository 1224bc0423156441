package dev.nacre.runtime;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that touch the disk for callers: platform daemons, because JNI pins the carrier of a
 * virtual thread. What waits for them is bounded.
 *
 * <p>Unlike {@code ThreadPoolExecutor}, handing over takes no lock, so a caller on an event loop
 * never waits for another caller: the queue is lock-free, and a permit is released for each task. A
 * task that is withdrawn leaves its permit behind; a worker that gets it finds nothing and goes on.
 *
 * <p>Before it parks, one worker at a time looks out for the next task for a moment: a caller who
 * asks again at once is spared two switches of threads. A task handed to it has no permit.
 */
final class ReadPool {
  private static final Logger LOG = LoggerFactory.getLogger(ReadPool.class);

  /** About what parking and waking cost; looking out longer would only burn time. */
  static final long LOOK_OUT_NANOS = Runtime.getRuntime().availableProcessors() == 1 ? 0 : 20_000;

  private final Queue<Runnable> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final Semaphore permits = new Semaphore(0);

  /** The worker that looks out; whoever takes it out has called it. */
  private final AtomicReference<@Nullable Thread> lookOut = new AtomicReference<>();

  private final List<Thread> workers = new ArrayList<>();
  private final int queueMax;
  private volatile boolean stopped;

  /** A pool of {@code threads} threads in front of which at most {@code queueMax} tasks wait. */
  ReadPool(int threads, int queueMax) {
    this.queueMax = queueMax;
    for (int i = 0; i < threads; i++) {
      workers.add(Thread.ofPlatform().daemon().name("nacre-read-" + i).unstarted(this::work));
    }
    workers.forEach(Thread::start);
  }

  /** Hands a task over; false when too many wait. Never blocks. */
  boolean submit(Runnable task) {
    if (waiting.incrementAndGet() > queueMax) {
      waiting.decrementAndGet();
      return false;
    }
    queue.add(task);
    Thread awake = lookOut.get();
    if (awake == null || !lookOut.compareAndSet(awake, null)) {
      wake();
    }
    return true;
  }

  /** More permits than tasks can wait are left behind by those that were taken back. */
  private void wake() {
    if (permits.availablePermits() <= queueMax) {
      permits.release();
    }
  }

  /** Takes a task back; false when it has begun, or was taken back before. */
  @CanIgnoreReturnValue
  boolean withdraw(Runnable task) {
    boolean withdrawn = queue.remove(task);
    if (withdrawn) {
      waiting.decrementAndGet();
    }
    return withdrawn;
  }

  int waiting() {
    return waiting.get();
  }

  int queueMax() {
    return queueMax;
  }

  int threads() {
    return workers.size();
  }

  /** Ends the threads once nothing waits. */
  void stop() {
    stopped = true;
    permits.release();
  }

  /**
   * Waits, on another thread, for the threads to end, so that every future they complete is
   * complete; a callback that does not return is left behind after {@code seconds}.
   */
  void awaitEnd(long seconds) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    boolean interrupted = false;
    for (Thread worker : workers) {
      while (worker.isAlive()) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          LOG.warn("{} is still in a callback of the application; left behind", worker.getName());
          break;
        }
        try {
          worker.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)));
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void work() {
    @Nullable Runnable task = null;
    while (true) {
      // Called in vain, by callers who did the work themselves, it sleeps: it would only heat.
      awaitTask(task != null);
      task = queue.poll();
      if (task != null) {
        waiting.decrementAndGet();
        run(task);
      } else if (stopped) {
        // The next worker learns of the end by the same permit.
        permits.release();
        return;
      }
    }
  }

  /**
   * Returns with a permit, or called by {@link #submit}.
   *
   * @param looksOut whether to look out before parking
   */
  // The wait is bounded, and parking ends it; a thread is its identity.
  @SuppressWarnings({"ThreadPriorityCheck", "ReferenceEquality"})
  private void awaitTask(boolean looksOut) {
    if (permits.tryAcquire()) {
      return;
    }
    Thread self = Thread.currentThread();
    if (looksOut && LOOK_OUT_NANOS > 0 && lookOut.compareAndSet(null, self)) {
      long end = System.nanoTime() + LOOK_OUT_NANOS;
      // Whoever submitted before he could see the look-out has left a permit.
      if (permits.tryAcquire()) {
        if (!lookOut.compareAndSet(self, null)) {
          permits.release();
        }
        return;
      }
      while (System.nanoTime() < end) {
        if (lookOut.get() != self) {
          return;
        }
        Thread.onSpinWait();
      }
      if (!lookOut.compareAndSet(self, null)) {
        return;
      }
    }
    permits.acquireUninterruptibly();
  }

  private static void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      LOG.error("a read failed outside its call; its thread goes on", e);
    }
  }
}
