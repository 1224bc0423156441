package dev.nacre.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C and SIGTERM: the thread that runs the command is interrupted, so that it leaves its
 * try-with-resources blocks and closes the database, and the process waits for that.
 */
final class Interruption {
  private static final long WAIT_SECONDS_MAX = 20;

  private final Thread command;
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean requested;

  private Interruption(Thread command) {
    this.command = command;
  }

  /** Watches for signals from now on, on behalf of the calling thread. */
  static Interruption install() {
    Interruption interruption = new Interruption(Thread.currentThread());
    Runtime.getRuntime().addShutdownHook(new Thread(interruption::stop, "nacre-interruption"));
    return interruption;
  }

  /** One that never comes: for tests. */
  static Interruption none() {
    return new Interruption(Thread.currentThread());
  }

  /** Whether the process was told to end before the command had. */
  boolean requested() {
    return requested;
  }

  /** The command is over; nothing is waited for any more. */
  void ended() {
    ended.countDown();
  }

  private void stop() {
    if (ended.getCount() == 0) {
      return;
    }
    requested = true;
    command.interrupt();
    try {
      if (!ended.await(WAIT_SECONDS_MAX, TimeUnit.SECONDS)) {
        System.err.println("nacre: not closed within " + WAIT_SECONDS_MAX + " s; ending anyway");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
