package dev.nacre.store.commit;

import java.util.Collection;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Completes the futures of callers, and so runs whatever they hang on them.
 *
 * <p>A callback may wait for another commit of the same store, even of the same group. Were the
 * number of threads fixed, a few such callbacks would wait for completions that stand in line
 * behind them, for ever. So whenever completions wait and none was begun for a moment, there is one
 * more thread. Thread-safe.
 */
public final class CompletionPool implements Executor {
  private static final Logger LOG = LoggerFactory.getLogger(CompletionPool.class);
  private static final int PER_WAKE = 16;
  private static final int THREADS_MAX = 512;
  private static final long WATCH_MILLIS = 20;
  private static final long IDLE_SECONDS = 30;

  private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicLong begun = new AtomicLong();
  private final AtomicBoolean watching = new AtomicBoolean();
  private final ScheduledExecutorService timer;
  private final ThreadPoolExecutor threads;

  CompletionPool(int size, ThreadFactory factory, ScheduledExecutorService timer) {
    this.timer = timer;
    this.threads =
        new ThreadPoolExecutor(
            size, size, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
    threads.allowCoreThreadTimeOut(true);
  }

  @Override
  public void execute(Runnable completion) {
    waiting.add(completion);
    wake();
    watch();
  }

  /** The same for many, with fewer threads woken. */
  void executeAll(Collection<Runnable> completions) {
    waiting.addAll(completions);
    for (int woken = 0; woken < completions.size(); woken += PER_WAKE) {
      wake();
    }
    watch();
  }

  private void wake() {
    try {
      threads.execute(this::work);
    } catch (OutOfMemoryError e) {
      // The system starts no thread now. What waits is in the queue: the next look tries again.
      LOG.warn("no thread could be started to complete commits; trying again", e);
    }
  }

  private void work() {
    for (int i = 0; i < PER_WAKE; i++) {
      Runnable completion = waiting.poll();
      if (completion == null) {
        return;
      }
      var _ = begun.incrementAndGet();
      try {
        completion.run();
      } catch (RuntimeException | Error e) {
        LOG.error("completing a commit failed", e);
      }
    }
  }

  private void watch() {
    if (!watching.get() && watching.compareAndSet(false, true)) {
      scheduleLook(begun.get());
    }
  }

  private void scheduleLook(long begunBefore) {
    var _ = timer.schedule(() -> look(begunBefore), WATCH_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void look(long begunBefore) {
    if (waiting.isEmpty()) {
      watching.set(false);
      // Whoever added meanwhile and still saw the watch does not begin one.
      if (waiting.isEmpty() || !watching.compareAndSet(false, true)) {
        return;
      }
    }
    long now = begun.get();
    if (now == begunBefore) {
      addThread();
    }
    scheduleLook(now);
  }

  private void addThread() {
    int size = threads.getCorePoolSize();
    if (size < THREADS_MAX) {
      threads.setMaximumPoolSize(size + 1);
      threads.setCorePoolSize(size + 1);
    }
    try {
      wake();
    } catch (RejectedExecutionException e) {
      // Closing waits for what is left, and what is left waits for this. A virtual thread needs no
      // thread of the system that could be refused now.
      Thread _ = Thread.startVirtualThread(this::work);
    }
  }

  /** Ends the threads once what was accepted is done; waits for that no longer than asked. */
  void close(long seconds) throws InterruptedException {
    threads.shutdown();
    boolean _ = threads.awaitTermination(seconds, TimeUnit.SECONDS);
  }

  /** The same without waiting. */
  void closeWithoutWaiting() {
    threads.shutdown();
  }
}
