package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nacre.faults.Shim;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.jspecify.annotations.Nullable;
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
  private static final int LIVES_PER_REPORT = 10;

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
    run(
        Integer.getInteger("nacre.images", 500),
        ImageProgress.begin(Long.getLong("nacre.images.seed", new Random().nextLong())),
        null);
  }

  /**
   * The same for as long as it takes, in parts: where it was stopped it goes on, by a file in
   * {@code target} that is deleted at the end.
   */
  @Tag("soak")
  @Test
  void thousandsOfPowerCuts_loseNoDurableCommitAndLeaveNoneHalf() throws Exception {
    int images = Integer.getInteger("nacre.soak.images", 20_000);
    Path state = Path.of("target", "crash-images.state");
    ImageProgress progress = ImageProgress.read(state, new Random().nextLong());
    run(images, progress, state);
    Files.deleteIfExists(state);
  }

  private void run(int images, ImageProgress from, @Nullable Path state) throws Exception {
    System.out.println("CrashImageTest: " + images + " images, from " + from);
    ImageProgress progress = from;
    try (ImageRun run = new ImageRun(work, Path.of("target", "crash-images"), CHECKERS)) {
      while (progress.images() < images) {
        long begun = System.nanoTime();
        int lives = Math.min(LIVES_PER_REPORT, 1 + (images - progress.images()) / IMAGES_PER_LIFE);
        for (int i = 0; i < lives; i++) {
          run.live(progress.lifeSeed(i), IMAGES_PER_LIFE);
        }
        run.awaitChecks();
        progress =
            progress.plus(
                lives,
                lives * IMAGES_PER_LIFE,
                run.takeShortened(),
                run.takeAcknowledged(),
                (System.nanoTime() - begun) / 1_000_000);
        if (state != null) {
          progress.write(state);
        }
        System.out.println("CrashImageTest: " + progress);
      }
      System.out.println("CrashImageTest: since it was started: " + run.operations());
    }
    assertTrue(progress.shortened() > 0, "no power cut has taken anything");
  }
}
