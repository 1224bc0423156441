package dev.nacre.vector.exact;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Something freed by its last user. It starts with one reference, its creator's.
 *
 * <p>Thread-safe. What is guarded is never touched without a reference, so freeing needs no lock.
 */
public abstract class Counted {
  private final AtomicInteger references = new AtomicInteger(1);

  /** For subclasses. */
  protected Counted() {}

  /** Takes a reference, unless the last one is gone; then the caller must look for a successor. */
  public final boolean tryRetain() {
    int count = references.get();
    while (count > 0) {
      if (references.compareAndSet(count, count + 1)) {
        return true;
      }
      count = references.get();
    }
    return false;
  }

  /** Takes a reference where the caller knows that another one is held meanwhile. */
  public final void retain() {
    if (!tryRetain()) {
      throw new IllegalStateException("used after it was freed: " + this);
    }
  }

  /** Gives a reference back; the last one frees. */
  public final void release() {
    int left = references.decrementAndGet();
    if (left == 0) {
      free();
    } else if (left < 0) {
      throw new IllegalStateException("released more often than retained: " + this);
    }
  }

  /** Whether the last reference is gone. */
  public final boolean isFreed() {
    return references.get() == 0;
  }

  /** Frees what is held; called once, by the thread that gave back the last reference. */
  protected abstract void free();
}
