package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.nacre.store.StoreOptions;
import dev.nacre.store.Sweeping;
import dev.nacre.store.verify.StoreVerification;
import dev.nacre.store.verify.ViewCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import net.jqwik.api.Example;
import net.jqwik.api.RandomGenerator;
import net.jqwik.api.Shrinkable;
import net.jqwik.api.Tag;

/**
 * One machine with every operation of the store, against the naive model: writes, conditional,
 * transactional, with idempotency keys and attributes; expiry under a clock that steps both ways;
 * moments that are held; retention and sweeps; purges; compactions; backups that become the store;
 * reopenings; and between them every question at every moment. Each run has a seed of its own,
 * which a failure names; {@code -Dnacre.machine.seed} plays that one again, {@code
 * -Dnacre.machine.runs} says how many.
 */
class AllOperationsTest {
  private static final int STEPS = 80;
  private static final int STEPS_LONG = 400;
  private static final int SHRINKS_MAX = 400;
  private static final Duration SHRINK_FOR = Duration.ofMinutes(2);

  @Example
  void everyOperation_onDisk_answersAsTheModel() throws Exception {
    play(STEPS, Integer.getInteger("nacre.machine.runs", 25), true);
  }

  @Example
  void everyOperation_inMemory_answersAsTheModel() throws Exception {
    play(STEPS, Integer.getInteger("nacre.machine.runs", 25), false);
  }

  @Tag("soak")
  @Example
  void everyOperation_onDiskForLong_answersAsTheModel() throws Exception {
    play(STEPS_LONG, Integer.getInteger("nacre.machine.runs", 500), true);
  }

  private static void play(int steps, int runs, boolean onDisk) throws Exception {
    RandomGenerator<List<HistoryStep>> histories =
        RandomHistories.allOperations(steps).generator(1000);
    Long given = Long.getLong("nacre.machine.seed");
    SplittableRandom seeds = new SplittableRandom();
    for (int run = 0; run < (given == null ? runs : 1); run++) {
      long seed = given == null ? seeds.nextLong() : given;
      Shrinkable<List<HistoryStep>> history = histories.next(new Random(seed));
      Optional<Throwable> failure = failure(history.value(), onDisk);
      if (failure.isPresent()) {
        System.out.println("AllOperationsTest: seed " + seed);
        throw shrunk(seed, history, failure.orElseThrow(), onDisk);
      }
    }
  }

  /** The shortest history that still fails, as far as it is found in time. */
  private static AssertionError shrunk(
      long seed, Shrinkable<List<HistoryStep>> history, Throwable failure, boolean onDisk)
      throws Exception {
    Shrinkable<List<HistoryStep>> best = history;
    Throwable why = failure;
    long end = System.nanoTime() + SHRINK_FOR.toNanos();
    int tried = 0;
    boolean better = true;
    while (better) {
      better = false;
      Iterator<Shrinkable<List<HistoryStep>>> next = best.shrink().iterator();
      while (!better && next.hasNext() && tried++ < SHRINKS_MAX && System.nanoTime() - end < 0) {
        Shrinkable<List<HistoryStep>> candidate = next.next();
        Optional<Throwable> again = failure(candidate.value(), onDisk);
        if (again.isPresent()) {
          best = candidate;
          why = again.orElseThrow();
          better = true;
        }
      }
    }
    StringBuilder steps = new StringBuilder();
    best.value().forEach(step -> steps.append("\n  ").append(step));
    return new AssertionError(
        "seed " + seed + " (-Dnacre.machine.seed=" + seed + "): " + why + steps, why);
  }

  private static Optional<Throwable> failure(List<HistoryStep> steps, boolean onDisk)
      throws Exception {
    Path directory = Files.createTempDirectory("nacre-machine");
    // The smallest memory there is, so that flushes and compactions happen within a history; swept
    // only when told to, so that the model knows when.
    StoreOptions options =
        (onDisk ? StoreOptions.in(directory.resolve("db")) : StoreOptions.inMemory())
            .withBlockCacheBytes(1 << 20)
            .withWriteBufferBytes(1 << 20)
            .withSweeping(new Sweeping(Duration.ZERO, Duration.ofSeconds(1)));
    try {
      Path last;
      try (HistoryRun run = new HistoryRun(options)) {
        run.play(steps);
        last = run.store().directory().orElse(directory);
      }
      if (onDisk) {
        assertEquals(List.of(), StoreVerification.run(last, ViewCheck.NONE).problems());
      }
      return Optional.empty();
    } catch (Exception | AssertionError e) {
      return Optional.of(e);
    } finally {
      TestDirectories.delete(directory);
    }
  }
}
