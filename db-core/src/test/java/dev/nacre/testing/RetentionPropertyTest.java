package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.nacre.store.StoreOptions;
import dev.nacre.store.Sweeping;
import dev.nacre.store.verify.StoreVerification;
import dev.nacre.store.verify.ViewCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tag;

/**
 * Random histories with retention, expiry, sweeps, moments that are held and reopenings: every
 * question at every moment is answered as the naive model does, or refused because history was
 * dropped, exactly where that is allowed; and what is left verifies.
 */
class RetentionPropertyTest {
  @Property(tries = 30, shrinking = ShrinkingMode.BOUNDED)
  void sweptHistory_onDisk_answersAsTheModel(@ForAll("histories") List<HistoryStep> steps)
      throws Exception {
    onDisk(steps);
  }

  @Property(tries = 30, shrinking = ShrinkingMode.BOUNDED)
  void sweptHistory_inMemory_answersAsTheModel(@ForAll("histories") List<HistoryStep> steps)
      throws Exception {
    try (HistoryRun run = new HistoryRun(swept(StoreOptions.inMemory()))) {
      run.play(steps);
    }
  }

  @Tag("soak")
  @Property(tries = 3_000, shrinking = ShrinkingMode.BOUNDED)
  void longSweptHistory_onDisk_answersAsTheModel(@ForAll("longHistories") List<HistoryStep> steps)
      throws Exception {
    onDisk(steps);
  }

  @Provide
  Arbitrary<List<HistoryStep>> histories() {
    return RandomHistories.sweptHistories(80);
  }

  @Provide
  Arbitrary<List<HistoryStep>> longHistories() {
    return RandomHistories.sweptHistories(300);
  }

  /** Only when told to, so that the model knows when. */
  private static StoreOptions swept(StoreOptions options) {
    return options.withSweeping(new Sweeping(Duration.ZERO, Duration.ofSeconds(1)));
  }

  private static void onDisk(List<HistoryStep> steps) throws Exception {
    Path directory = Files.createTempDirectory("nacre-retention");
    StoreOptions options =
        swept(
            StoreOptions.in(directory.resolve("db"))
                .withBlockCacheBytes(1 << 20)
                .withWriteBufferBytes(1 << 20));
    try {
      try (HistoryRun run = new HistoryRun(options)) {
        run.play(steps);
      }
      assertEquals(
          List.of(), StoreVerification.run(directory.resolve("db"), ViewCheck.NONE).problems());
    } finally {
      TestDirectories.delete(directory);
    }
  }
}
