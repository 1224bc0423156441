package dev.nacre.vector;

import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a task on its own daemon thread after it was signalled, at most once in a while however
 * often it is signalled. Signals that arrive while it runs make it run again. The task answers
 * after how many nanoseconds it wants to run without a signal, {@code Long.MAX_VALUE} for never.
 */
final class Follower implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Follower.class);

  /** Commits within this time are followed together. */
  private static final long PAUSE_NANOS = 5_000_000;

  private final LongSupplier task;
  private final Thread thread;
  private volatile boolean signalled;
  private volatile boolean closed;

  Follower(String name, LongSupplier task) {
    this.task = task;
    this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Asks for a run; cheap, never blocks. */
  void signal() {
    if (!signalled) {
      signalled = true;
      LockSupport.unpark(thread);
    }
  }

  private void run() {
    long wait = Long.MAX_VALUE;
    while (!closed) {
      if (!signalled) {
        // Woken for whatever reason, running once more does no harm.
        park(wait);
        if (wait != Long.MAX_VALUE) {
          signalled = true;
        }
        continue;
      }
      long due = System.nanoTime() + PAUSE_NANOS;
      while (!closed && System.nanoTime() - due < 0) {
        LockSupport.parkNanos(this, due - System.nanoTime());
      }
      signalled = false;
      try {
        wait = closed ? wait : task.getAsLong();
      } catch (RuntimeException | Error e) {
        // Out of memory passes, and without this thread nothing is given back.
        if (!closed) {
          LOG.warn("Following the log failed; searches catch up themselves", e);
        }
      }
    }
  }

  private void park(long nanos) {
    if (nanos == Long.MAX_VALUE) {
      LockSupport.park(this);
    } else {
      LockSupport.parkNanos(this, nanos);
    }
  }

  /** Ends the thread, after the task when it is running. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    Threads.join(thread);
  }
}
