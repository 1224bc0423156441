package dev.nacre.store.sweep;

import dev.nacre.error.DatabaseClosedException;
import dev.nacre.error.NacreException;
import dev.nacre.maintain.SweepReport;
import dev.nacre.maintain.SweepStatistics;
import dev.nacre.measure.LatencyHistogram;
import dev.nacre.store.commit.GroupCommitter;
import dev.nacre.store.commit.NamespaceRegistry;
import dev.nacre.store.layout.Micros;
import dev.nacre.store.rocks.RocksEngine;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sweeps now and then in the background, and on demand; one sweep at a time. A sweep that fails is
 * logged, and the next one tries again: everything that is left to do is found in storage.
 * Thread-safe.
 */
public final class Sweeper {
  private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);

  private final GroupCommitter committer;
  private final Clock clock;
  private final ExpirySweep expiry;
  private final PinnedVersions pins;
  private final RetentionSweep retention;
  private final ReentrantLock sweeping = new ReentrantLock();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final LatencyHistogram sweeps = new LatencyHistogram();
  private final AtomicLong failures = new AtomicLong();
  private final AtomicReference<SweepReport> total = new AtomicReference<>(SweepReport.NOTHING);
  private volatile String lastFailure = "";
  private volatile @Nullable Thread thread;

  /**
   * A sweeper, not started.
   *
   * @param pins what must not be dropped
   * @param grace nothing that was superseded by a commit younger than this is dropped
   */
  public Sweeper(
      RocksEngine engine,
      NamespaceRegistry registry,
      GroupCommitter committer,
      PinnedVersions pins,
      Clock clock,
      Duration grace) {
    this.committer = committer;
    this.clock = clock;
    this.expiry = new ExpirySweep(engine, registry, committer);
    this.pins = pins;
    this.retention = new RetentionSweep(engine, registry, committer, pins, Micros.of(grace));
  }

  /** Begins to sweep every {@code interval}, on a thread of its own; to be called once. */
  public void start(Duration interval) {
    Thread started =
        Thread.ofPlatform()
            .daemon()
            .name("nacre-sweeper")
            .unstarted(() -> sweepEvery(interval.toNanos()));
    thread = started;
    started.start();
  }

  /**
   * Sweeps now. Blocks, also while another sweep is under way.
   *
   * @param stop asked often; when it says so, what was done stays done
   * @throws CancellationException when stopped
   * @throws DatabaseClosedException when the store is closed meanwhile
   * @throws dev.nacre.error.ResourceExhaustedException while the disk is full
   * @throws dev.nacre.error.UnavailableException when storage fails
   */
  public SweepReport sweep(BooleanSupplier stop) {
    try {
      return sweep(true, () -> isStopped() || stop.getAsBoolean());
    } catch (SweepStoppedException e) {
      if (!isStopped()) {
        throw new CancellationException("the sweep was stopped; what was done stays done");
      }
      throw new DatabaseClosedException("the database was closed during the sweep");
    }
  }

  /** Runs what must not meet a sweep; waits for the one under way. Sweeps wait meanwhile. */
  public void between(Runnable work) {
    sweeping.lock();
    try {
      work.run();
    } finally {
      sweeping.unlock();
    }
  }

  /** What was done so far. */
  public SweepStatistics statistics() {
    return new SweepStatistics(sweeps.latency(), failures.get(), lastFailure, total.get());
  }

  /** Asks sweeps to end soon and lets none begin. Does not block. */
  public void stop() {
    stopped.countDown();
  }

  /** Waits until the background thread has ended, after {@link #stop()}. */
  public void awaitEnd() {
    Thread running = thread;
    boolean interrupted = false;
    while (running != null && running.isAlive()) {
      try {
        running.join();
      } catch (InterruptedException e) {
        // Leaving now would close RocksDB under the sweep.
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isStopped() {
    return stopped.getCount() == 0;
  }

  private void sweepEvery(long nanos) {
    try {
      while (!stopped.await(nanos, TimeUnit.NANOSECONDS)) {
        sweepInBackground();
      }
    } catch (InterruptedException e) {
      LOG.warn("the sweeper was interrupted and ends; the store is swept on demand only", e);
    }
  }

  private void sweepInBackground() {
    try {
      SweepReport report = sweep(false, this::isStopped);
      if (!report.equals(SweepReport.NOTHING)) {
        LOG.debug("swept: {}", report);
      }
    } catch (SweepStoppedException e) {
      LOG.debug("the sweep ends with the store");
    } catch (RuntimeException | Error e) {
      // It was counted; the next sweep tries again, and the thread must live for it.
      LOG.debug("the next sweep tries again", e);
    }
  }

  private SweepReport sweep(boolean whole, BooleanSupplier stop) {
    sweeping.lock();
    try {
      if (stop.getAsBoolean()) {
        throw new SweepStoppedException();
      }
      SweepCounts counts = new SweepCounts();
      long begun = System.nanoTime();
      try {
        sweep(whole, stop, counts);
        sweeps.record(System.nanoTime() - begun);
        if (!lastFailure.isEmpty()) {
          LOG.info("the sweep works again");
          lastFailure = "";
        }
      } catch (SweepStoppedException e) {
        throw e;
      } catch (RuntimeException | Error e) {
        failed(e);
        throw e;
      } finally {
        total.accumulateAndGet(counts.report(), SweepReport::plus);
      }
      return counts.report();
    } finally {
      sweeping.unlock();
    }
  }

  private void sweep(boolean whole, BooleanSupplier stop, SweepCounts counts) {
    DropBatch drops = new DropBatch(committer, pins, stop, counts);
    long now = Math.max(Micros.of(clock.instant()), committer.visible().timeMicros());
    expiry.run(now, whole, drops, counts);
    retention.run(now, drops, counts);
  }

  /** Told once, not every minute, while the same thing is wrong. */
  private void failed(Throwable e) {
    failures.incrementAndGet();
    String what = String.valueOf(e.getMessage());
    if (lastFailure.equals(what)) {
      LOG.debug("the sweep fails still", e);
    } else if (e instanceof NacreException) {
      LOG.warn("the sweep failed and is tried again later", e);
    } else {
      LOG.error("the sweep failed for an unforeseen reason and is tried again later", e);
    }
    lastFailure = what;
  }
}
