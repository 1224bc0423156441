package dev.nacre.vector;

/** Waiting for threads where an interrupt must not cut the wait short. */
final class Threads {
  private Threads() {}

  /** Waits until a thread has ended; keeps the caller's interrupt for later. */
  static void join(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
