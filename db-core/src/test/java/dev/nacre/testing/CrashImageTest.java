package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nacre.faults.Shim;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Power cuts: whatever of the unsynced writes is left, dropped or torn, every commit that was
 * acknowledged as durable is there, whole, and those that were not are missing only from the end.
 */
class CrashImageTest {
  private static final int IMAGES_PER_LIFE = 25;
  private static final int CHECKERS = 2;

  private Path work = Path.of("");

  @BeforeEach
  void make() throws Exception {
    assumeTrue(Shim.missing().isEmpty(), () -> "no crash images: " + Shim.missing().orElseThrow());
    work = TestDirectories.createInMemory("nacre-images");
  }

  @AfterEach
  void delete() throws Exception {
    if (!work.equals(Path.of(""))) {
      TestDirectories.delete(work);
    }
  }

  @Test
  void powerCut_losesNoDurableCommitAndLeavesNoneHalf() throws Exception {
    run(Integer.getInteger("nacre.images", 500), new Random().nextLong());
  }

  private void run(int images, long seed) throws Exception {
    long begun = System.nanoTime();
    System.out.println("CrashImageTest: " + images + " images, seed " + seed);
    Random random = new Random(seed);
    try (ImageRun run = new ImageRun(work, Path.of("target", "crash-images"), CHECKERS)) {
      while (run.images() < images) {
        run.live(random.nextLong(), Math.min(IMAGES_PER_LIFE, images - run.images()));
      }
      run.awaitChecks();
      System.out.println(
          "CrashImageTest: "
              + run.images()
              + " images in "
              + (System.nanoTime() - begun) / 1_000_000_000
              + " s, "
              + run.shortened()
              + " shortened, "
              + run.acknowledged()
              + " acknowledgements, "
              + run.operations());
      assertTrue(run.shortened() > 0, "no power cut has taken anything");
    }
  }
}
