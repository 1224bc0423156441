package dev.nacre.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.search.SearchPlan;
import dev.nacre.store.StorageProbe.Step;
import dev.nacre.testing.ChildClasses;
import dev.nacre.testing.TestDirectories;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A process that does everything a database can do dies at random, and at every step between which
 * one can die: what it leaves is at one version across values, history, vectors, log and index, has
 * everything that was acknowledged, and holds just what its commits say.
 *
 * <p>{@code -Dnacre.kills.seed=SEED} plays a run again, as far as threads and time repeat
 * themselves, {@code -Dnacre.kills.directory=SEED} beside it one directory only: the name of what
 * is kept of a failure begins with {@code s} and that seed in hexadecimal digits.
 */
class CrashOracleTest {
  private static final int RUNS = 2;
  private static final int DEATHS_PER_DIRECTORY = 12;
  private static final int REPORT_EVERY = 10;
  private static final int AGAIN = 5;
  private static final Path KEPT = Path.of("target", "crash-oracle");

  private Path work = Path.of("");

  @BeforeEach
  void make() throws Exception {
    work = TestDirectories.createInMemory("nacre-oracle");
  }

  @AfterEach
  void delete() throws Exception {
    TestDirectories.delete(work);
  }

  @Test
  void diedAnywhere_leavesEverythingAcknowledgedAtOneVersion() throws Exception {
    run(Integer.getInteger("nacre.kills", 300));
  }

  @Tag("soak")
  @Test
  void diedThousandsOfTimes_leavesEverythingAcknowledgedAtOneVersion() throws Exception {
    run(Integer.getInteger("nacre.soak.kills", 3_000));
  }

  private void run(int deaths) throws Exception {
    long seed = Long.getLong("nacre.kills.seed", new Random().nextLong());
    Long only = Long.getLong("nacre.kills.directory");
    System.out.println("CrashOracleTest: " + deaths + " deaths, seed " + seed);
    ChildClasses classes = OracleRun.prepare(work);
    List<Optional<Step>> plan = plan(deaths, new Random(seed));
    if (only != null) {
      int at = Math.floorMod(only - seed, 1 << 20) * DEATHS_PER_DIRECTORY;
      plan = plan.subList(at, Math.min(plan.size(), at + DEATHS_PER_DIRECTORY));
      seed = only;
    }
    OracleRun.Tally total = run(plan, seed, classes);
    System.out.println("CrashOracleTest: " + total);
    if (only != null) {
      return;
    }
    // A step that is passed seldom may not have been passed in time.
    for (int i = 0; i < AGAIN && !missed(total).isEmpty(); i++) {
      List<Optional<Step>> again = missed(total).stream().map(Optional::of).toList();
      System.out.println("CrashOracleTest: again " + again);
      total.add(run(again, seed + plan.size() + i, classes));
    }
    assertEquals(Set.of(), missed(total), "steps at which no child has died");
    assertTrue(total.deaths() >= deaths, total::toString);
    assertTrue(total.acknowledged > 5L * deaths, "the children hardly wrote");
    assertTrue(total.searches.containsKey(SearchPlan.Tier.GRAPH), "no graph was searched");
    assertTrue(total.interruptedPurges > 0 && total.backups > 0, total::toString);
  }

  /** Every step equally often, in changing order, and one death in four at random. */
  private static List<Optional<Step>> plan(int deaths, Random random) {
    List<Optional<Step>> plan = new ArrayList<>();
    List<Step> steps = new ArrayList<>();
    while (plan.size() < deaths) {
      if (random.nextInt(4) == 0) {
        plan.add(Optional.empty());
        continue;
      }
      if (steps.isEmpty()) {
        steps.addAll(List.of(Step.values()));
        Collections.shuffle(steps, random);
      }
      plan.add(Optional.of(steps.removeLast()));
    }
    return plan;
  }

  private OracleRun.Tally run(List<Optional<Step>> plan, long seed, ChildClasses classes)
      throws Exception {
    int directories = Math.ceilDiv(plan.size(), DEATHS_PER_DIRECTORY);
    AtomicInteger next = new AtomicInteger();
    OracleRun.Tally total = new OracleRun.Tally();
    try (ExecutorService executor = Executors.newFixedThreadPool(RUNS)) {
      List<Future<OracleRun.Tally>> runs = new ArrayList<>();
      for (int i = 0; i < RUNS; i++) {
        Path place = Files.createDirectories(work.resolve("run" + i));
        runs.add(
            executor.submit(
                () -> {
                  try (OracleRun run = new OracleRun(place, KEPT, classes)) {
                    for (int n = next.getAndIncrement();
                        n < directories;
                        n = next.getAndIncrement()) {
                      int from = n * DEATHS_PER_DIRECTORY;
                      int to = Math.min(plan.size(), from + DEATHS_PER_DIRECTORY);
                      run.directory(seed + n, plan.subList(from, to));
                      if (n % REPORT_EVERY == REPORT_EVERY - 1) {
                        System.out.println(
                            "CrashOracleTest: " + (n + 1) + " of " + directories + " directories");
                      }
                    }
                    return run.tally();
                  } finally {
                    // One that has failed ends the others, too.
                    next.set(directories);
                  }
                }));
      }
      for (Future<OracleRun.Tally> run : runs) {
        total.add(run.get());
      }
    }
    return total;
  }

  private static Set<Step> missed(OracleRun.Tally tally) {
    Set<Step> missed = EnumSet.allOf(Step.class);
    missed.removeAll(tally.steps.keySet());
    return missed;
  }
}
