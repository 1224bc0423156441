package dev.nacre.bench.run;

import dev.nacre.bench.report.Latencies;
import dev.nacre.bench.report.Percentiles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;

/** Callers that each wait for their call before they make the next one (a closed loop). */
final class Callers {
  private Callers() {}

  /** One call, done when this returns. */
  @FunctionalInterface
  interface Call {
    /**
     * Makes the call.
     *
     * @param number counts the calls of all callers, each once
     */
    void make(long number) throws Exception;
  }

  /**
   * What callers got.
   *
   * @param perSecond calls a second, all callers together
   * @param latencies from making a call to its end, as the caller sees it
   */
  record Outcome(double perSecond, Percentiles latencies) {
    /** The medians over rounds. */
    static Outcome median(List<Outcome> rounds) {
      return new Outcome(
          Percentiles.median(rounds.stream().mapToDouble(Outcome::perSecond).toArray()),
          Percentiles.median(rounds.stream().map(Outcome::latencies).toList()));
    }
  }

  /** Numbers that no two callers share: each caller has its own residue. */
  private static final class Caller {
    private final Latencies latencies = new Latencies();
    private final long first;
    private final long step;

    Caller(long first, long step) {
      this.first = first;
      this.step = step;
    }

    long work(Call call, long end) throws Exception {
      long made = 0;
      long before = System.nanoTime();
      // At least one each, or a short round would have nothing to say.
      do {
        call.make(first + made * step);
        long after = System.nanoTime();
        latencies.add(after - before);
        before = after;
        made++;
      } while (before < end);
      return made;
    }
  }

  /** {@code count} virtual threads: what a service has as callers of an asynchronous library. */
  static Outcome virtual(int count, Duration duration, long firstNumber, Call call)
      throws InterruptedException, ExecutionException {
    return run(Thread.ofVirtual().factory(), count, duration, firstNumber, call);
  }

  /** {@code count} platform threads: for calls that block in native code. */
  static Outcome platform(int count, Duration duration, long firstNumber, Call call)
      throws InterruptedException, ExecutionException {
    return run(Thread.ofPlatform().factory(), count, duration, firstNumber, call);
  }

  private static Outcome run(
      ThreadFactory threads, int count, Duration duration, long firstNumber, Call call)
      throws InterruptedException, ExecutionException {
    List<Caller> callers = new ArrayList<>();
    List<Future<Long>> counts = new ArrayList<>();
    long begun = System.nanoTime();
    long end = begun + duration.toNanos();
    long made = 0;
    try (ExecutorService executor = Executors.newThreadPerTaskExecutor(threads)) {
      for (int i = 0; i < count; i++) {
        Caller caller = new Caller(firstNumber + i, count);
        callers.add(caller);
        counts.add(executor.submit(() -> caller.work(call, end)));
      }
      for (Future<Long> each : counts) {
        made += each.get();
      }
    }
    double seconds = (System.nanoTime() - begun) / 1e9;
    return new Outcome(
        made / seconds,
        Latencies.percentiles(callers.stream().map(caller -> caller.latencies).toList()));
  }
}
