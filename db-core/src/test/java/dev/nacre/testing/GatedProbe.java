package dev.nacre.testing;

import dev.nacre.store.StorageProbe;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A probe that holds or fails writes and reads when a test says so. Thread-safe. */
public final class GatedProbe implements StorageProbe {
  private final AtomicReference<@Nullable CountDownLatch> writes = new AtomicReference<>();
  private final AtomicReference<@Nullable CountDownLatch> reads = new AtomicReference<>();
  private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
  private final AtomicInteger writesHeld = new AtomicInteger();
  private final AtomicInteger readsHeld = new AtomicInteger();
  private final AtomicReference<@Nullable String> writer = new AtomicReference<>();
  private final AtomicReference<@Nullable String> reader = new AtomicReference<>();

  /** From now on every write waits for {@link #release()}. */
  public void holdWrites() {
    writes.set(new CountDownLatch(1));
  }

  /** From now on every read that may go to disk waits for {@link #release()}. */
  public void holdReads() {
    reads.set(new CountDownLatch(1));
  }

  /** Lets everything go that is held. */
  public void release() {
    open(writes.getAndSet(null));
    open(reads.getAndSet(null));
  }

  /** Lets the write go that is held and holds the next one. */
  public void step() {
    open(writes.getAndSet(new CountDownLatch(1)));
  }

  /** From now on every write fails like this, or none does. */
  public void failWrites(@Nullable RuntimeException with) {
    failure.set(with);
  }

  /** How many writes have been held so far. */
  public int writesHeld() {
    return writesHeld.get();
  }

  /** How many reads have been held so far. */
  public int readsHeld() {
    return readsHeld.get();
  }

  /** Name of the thread of the last write. */
  public @Nullable String writer() {
    return writer.get();
  }

  /** Name of the thread of the last read that may have gone to disk. */
  public @Nullable String reader() {
    return reader.get();
  }

  @Override
  public void beforeWrite() {
    writer.set(Thread.currentThread().getName());
    hold(writes.get(), writesHeld);
    RuntimeException failing = failure.get();
    if (failing != null) {
      throw failing;
    }
  }

  @Override
  public void beforeRead() {
    reader.set(Thread.currentThread().getName());
    hold(reads.get(), readsHeld);
  }

  private static void hold(@Nullable CountDownLatch latch, AtomicInteger held) {
    if (latch == null) {
      return;
    }
    var _ = held.incrementAndGet();
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void open(@Nullable CountDownLatch latch) {
    if (latch != null) {
      latch.countDown();
    }
  }
}
