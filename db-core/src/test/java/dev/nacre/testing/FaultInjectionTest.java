package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nacre.faults.Shim;
import dev.nacre.faults.Shim.Fault;
import dev.nacre.faults.Shim.Kind;
import dev.nacre.testing.FaultRun.Plan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every call that writes, syncs or renames fails once: errors are of our types, nothing hangs,
 * nothing acknowledged is lost, nothing refused is there, and the store goes on as documented.
 */
class FaultInjectionTest {
  private Path work = Path.of("");

  @BeforeEach
  void make() throws Exception {
    assumeTrue(
        Shim.missing().isEmpty(), () -> "no fault injection: " + Shim.missing().orElseThrow());
    work = TestDirectories.createInMemory("nacre-faults");
  }

  @AfterEach
  void delete() throws Exception {
    if (!work.equals(Path.of(""))) {
      TestDirectories.delete(work);
    }
  }

  @Test
  void someCalls_failingOnce_loseNothingThatWasAcknowledged() throws Exception {
    run(Integer.getInteger("nacre.faults", 48));
  }

  @Tag("soak")
  @Test
  void everyCall_failingOnce_losesNothingThatWasAcknowledged() throws Exception {
    run(Integer.getInteger("nacre.soak.faults", Integer.MAX_VALUE));
  }

  private void run(int most) throws Exception {
    long begun = System.nanoTime();
    try (FaultRun run = new FaultRun(work, Path.of("target", "faults"))) {
      Map<Kind, Long> counts = run.count();
      System.out.println("FaultInjectionTest: calls of a life " + counts);
      List<Plan> all = new ArrayList<>();
      for (Kind kind : Kind.values()) {
        for (Fault fault : Fault.values()) {
          for (long at = 1; fault.befalls(kind) && at <= counts.getOrDefault(kind, 0L); at++) {
            all.add(new Plan(kind, at, fault));
          }
        }
      }
      // Evenly, with a step that does not always meet the same calls.
      int lives = Math.min(most, all.size());
      List<Plan> plans = new ArrayList<>();
      for (int i = 0; i < lives; i++) {
        plans.add(all.get((int) ((long) i * all.size() / lives)));
      }
      run.live(plans);
      System.out.println(
          "FaultInjectionTest: "
              + lives
              + " of "
              + all.size()
              + " faults in "
              + (System.nanoTime() - begun) / 1_000_000_000
              + " s, met "
              + run.met()
              + ", outcomes "
              + run.outcomes());
      assertTrue(run.met() > lives * 8 / 10, "most faults must be met");
    }
  }
}
