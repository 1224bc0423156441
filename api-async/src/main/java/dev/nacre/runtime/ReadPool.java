package dev.nacre.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that touch the disk for callers: platform daemons, because JNI pins the carrier of a
 * virtual thread. What waits for them is bounded.
 *
 * <p>Unlike {@code ThreadPoolExecutor}, handing over takes no lock, so a caller on an event loop
 * never waits for another caller: the queue is lock-free, and a permit is released for each task. A
 * task that is withdrawn leaves its permit behind; a worker that gets it finds nothing and goes on.
 */
final class ReadPool {
  private static final Logger LOG = LoggerFactory.getLogger(ReadPool.class);

  private final Queue<Runnable> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final Semaphore permits = new Semaphore(0);
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
    permits.release();
    return true;
  }

  /** Takes a task back if it has not begun. */
  void withdraw(Runnable task) {
    if (queue.remove(task)) {
      waiting.decrementAndGet();
    }
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
    while (true) {
      permits.acquireUninterruptibly();
      Runnable task = queue.poll();
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

  private static void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      LOG.error("a read failed outside its call; its thread goes on", e);
    }
  }
}
