package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.model.AsOf;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.VersionedRecord;
import dev.nacre.store.Store;
import dev.nacre.testing.CrashRun.Acknowledged;
import dev.nacre.testing.CrashRun.Phase;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes that are killed while they open, write and close a store leave every acknowledged
 * commit behind, whole, and no other one half.
 */
class CrashTest {
  @TempDir Path work;

  @Test
  void killedProcess_losesNoAcknowledgedCommitAndLeavesNoneHalf() throws Exception {
    kill(50, new Random().nextLong());
  }

  @Tag("soak")
  @Test
  void processKilledThousandsOfTimes_losesNoAcknowledgedCommitAndLeavesNoneHalf() throws Exception {
    kill(Integer.getInteger("nacre.soak.kills", 2_000), new Random().nextLong());
  }

  private void kill(int times, long seed) throws Exception {
    System.out.println("CrashTest: " + times + " kills, seed " + seed);
    try (CrashRun run = new CrashRun(CrashChild.class, work, seed, StoreVerifier::new)) {
      run.kill(times);
      System.out.println(
          "CrashTest: killed " + run.kills() + ", acknowledged " + run.acknowledgedCommits());
      for (Phase phase : Phase.values()) {
        assertTrue(run.kills().getOrDefault(phase, 0) > 0, () -> "none while " + phase);
      }
      assertTrue(run.acknowledgedCommits() > 10L * times, "the children hardly wrote");
    }
  }

  /**
   * Finds the token of every version, replays the batches that belong to them on the naive model,
   * and compares store and model. For one thread.
   */
  private static final class StoreVerifier implements CrashRun.Verifier {
    private final NaiveStore model = new NaiveStore();
    private final List<String> tokens = new ArrayList<>(List.of("version 0"));
    private final StoreComparison comparison =
        new StoreComparison(
            model,
            new ManualClock(Instant.EPOCH),
            new StoreComparison.Universe(
                CrashBatches.NAMESPACES, CrashBatches.KEYS, CrashBatches.SPACES));
    private final Random random = new Random(1);

    @Override
    public void verify(Path directory, List<Acknowledged> acknowledged, boolean last) {
      try (Store store = Store.open(directory)) {
        long known = model.version();
        replay(store);
        for (Acknowledged commit : acknowledged) {
          assertTrue(
              commit.version() <= model.version(),
              () -> commit + " is lost, left are " + model.version());
          assertEquals(commit.token(), tokens.get((int) commit.version()));
          assertEquals(commit.committedAt(), model.committedAt(commit.version()).toString());
        }
        comparison.compareVersions(store, last ? 0 : known, model.version());
        for (int i = 0; i < 5; i++) {
          comparison.compareAt(store, AsOf.version(random.nextLong(model.version() + 1)), random);
        }
      }
    }

    private void replay(Store store) {
      long newest = store.now().version();
      assertTrue(newest >= model.version(), "versions that were there have gone");
      for (long version = model.version() + 1; version <= newest; version++) {
        ReadPoint at = store.resolve(AsOf.version(version));
        VersionedRecord record =
            store
                .get(at, CrashBatches.TOKEN_NAMESPACE, CrashBatches.TOKEN_KEY, Set.of())
                .orElseThrow();
        assertEquals(version, record.version(), "every version has written its token");
        String token = record.value().orElseThrow().asString();
        tokens.add(token);
        assertEquals(version, model.commit(CrashBatches.batch(token), at.instant()));
        // Later than the one before, or the model would have moved it.
        assertEquals(at.instant(), model.committedAt(version));
      }
    }
  }
}
