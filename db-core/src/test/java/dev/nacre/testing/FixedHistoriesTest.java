package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.nacre.store.StoreOptions;
import dev.nacre.store.Sweeping;
import dev.nacre.store.verify.StoreVerification;
import dev.nacre.store.verify.ViewCheck;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;

/**
 * Histories of {@link AllOperationsTest} that are the same in each run: what they meet once they
 * meet always, which mutation testing needs.
 */
class FixedHistoriesTest {
  private static final int STEPS = 60;

  private static void play(StoreOptions options, long seed) throws Exception {
    List<HistoryStep> steps =
        RandomHistories.allOperations(STEPS).generator(1000).next(new Random(seed)).value();
    try (HistoryRun run =
        new HistoryRun(
            options
                .withBlockCacheBytes(1 << 20)
                .withWriteBufferBytes(1 << 20)
                .withSweeping(new Sweeping(Duration.ZERO, Duration.ofSeconds(1))))) {
      run.play(steps);
    }
  }

  @Example
  void firstHistory_inMemory_answersAsTheModel() throws Exception {
    play(StoreOptions.inMemory(), 1);
  }

  @Example
  void secondHistory_inMemory_answersAsTheModel() throws Exception {
    play(StoreOptions.inMemory(), 2);
  }

  @Example
  void thirdHistory_inMemory_answersAsTheModel() throws Exception {
    play(StoreOptions.inMemory(), 3);
  }

  @Example
  void historyOnDisk_leavesNothingThatVerificationFinds() throws Exception {
    TestDirectories.inNew(
        "nacre-history",
        directory -> {
          play(StoreOptions.in(directory), 4);
          assertEquals(List.of(), StoreVerification.run(directory, ViewCheck.NONE).problems());
        });
  }
}
