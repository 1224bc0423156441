package dev.nacre.similarity.device;

import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.Deque;

/** What a device holds of a driver and off the heap; given back in reverse. For one thread. */
public final class NativeResources implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final Deque<Runnable> releases = new ArrayDeque<>();

  /** Nothing yet. */
  public NativeResources() {}

  /** Memory that lives until everything is given back. */
  public Arena arena() {
    return arena;
  }

  /** Adds what gives something back. */
  public void add(Runnable release) {
    releases.push(release);
  }

  /** Gives everything back, whatever fails; the first failure is thrown at the end. */
  @Override
  public void close() {
    RuntimeException first = null;
    while (!releases.isEmpty()) {
      try {
        releases.pop().run();
      } catch (RuntimeException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    arena.close();
    if (first != null) {
      throw first;
    }
  }
}
