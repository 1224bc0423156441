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
import java.util.EnumSet;
import java.util.List;
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
 * <p>{@code -Dnacre.kills.seed=SEED} plays a run again, {@code -Dnacre.kills.directory=SEED} one
 * directory of it, as far as threads and time repeat themselves.
 */
class CrashOracleTest {
  private static final int RUNS = 2;
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
    Long only = Long.getLong("nacre.kills.directory");
    long seed = Long.getLong("nacre.kills.seed", new Random().nextLong());
    int directories =
        only == null ? Math.ceilDiv(deaths, OracleRun.DEATHS_PER_DIRECTORY) : 1;
    System.out.println("CrashOracleTest: " + deaths + " deaths, seed " + seed);
    OracleRun.Tally total = new OracleRun.Tally();
    ChildClasses classes = OracleRun.prepare(work);
    AtomicInteger next = new AtomicInteger();
    try (ExecutorService executor = Executors.newFixedThreadPool(RUNS)) {
      List<Future<OracleRun.Tally>> runs = new ArrayList<>();
      for (int i = 0; i < RUNS; i++) {
        Path place = Files.createDirectory(work.resolve("run" + i));
        runs.add(
            executor.submit(
                () -> {
                  try (OracleRun run = new OracleRun(place, KEPT, classes)) {
                    for (int n = next.getAndIncrement();
                        n < directories;
                        n = next.getAndIncrement()) {
                      long of = only == null ? seed + n * 0x9E3779B97F4A7C15L : only;
                      run.directory(
                          of,
                          only == null
                              ? Math.min(
                                  OracleRun.DEATHS_PER_DIRECTORY,
                                  deaths - n * OracleRun.DEATHS_PER_DIRECTORY)
                              : OracleRun.DEATHS_PER_DIRECTORY);
                      if (n % 20 == 19) {
                        System.out.println("CrashOracleTest: " + (n + 1) + " directories");
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
    System.out.println("CrashOracleTest: " + total);
    if (only == null) {
      assertEquals(deaths, total.deaths());
      assertTrue(total.acknowledged > 5L * deaths, "the children hardly wrote");
      Set<Step> missed = EnumSet.allOf(Step.class);
      missed.removeAll(total.steps.keySet());
      assertEquals(Set.of(), missed, "steps at which no child has died");
      assertTrue(total.searches.containsKey(SearchPlan.Tier.GRAPH), "no graph was searched");
      assertTrue(total.interruptedPurges > 0 && total.backups > 0, total::toString);
    }
  }
}
