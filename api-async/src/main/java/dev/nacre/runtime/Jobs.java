package dev.nacre.runtime;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs long work one after another, on a thread that lives while there is some. Handing over takes
 * no lock. Thread-safe.
 */
final class Jobs {
  /** Each holds a caller's request and nothing else. */
  static final int WAITING_MAX = 1_000;

  private static final Logger LOG = LoggerFactory.getLogger(Jobs.class);

  private final Queue<Runnable> queue = new ConcurrentLinkedQueue<>();

  /** Jobs handed over and not ended: whoever makes it one starts the thread. */
  private final AtomicInteger pending = new AtomicInteger();

  /** Hands a job over; false when too many wait. Never blocks. */
  boolean submit(Runnable job) {
    if (pending.get() >= WAITING_MAX) {
      return false;
    }
    queue.add(job);
    if (pending.getAndIncrement() == 0) {
      start();
    }
    return true;
  }

  private void start() {
    try {
      Thread _ = Thread.ofPlatform().daemon().name("nacre-maintenance").start(this::work);
    } catch (OutOfMemoryError e) {
      LOG.warn("no thread could be started for long work; a virtual one does it", e);
      Thread _ = Thread.ofVirtual().name("nacre-maintenance").start(this::work);
    }
  }

  private void work() {
    do {
      Runnable job = queue.poll();
      try {
        if (job != null) {
          job.run();
        }
      } catch (RuntimeException | Error e) {
        LOG.error("a job failed outside its call; the next one goes on", e);
      }
    } while (pending.decrementAndGet() > 0);
  }
}
