package dev.nacre.testing;

import dev.nacre.store.StoreOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tag;

/** Random histories on the store answer every question as the naive model does, at every moment. */
class StoreHistoryPropertyTest {
  @Property(tries = 60, shrinking = ShrinkingMode.BOUNDED)
  void history_onDisk_answersAsTheModel(@ForAll("histories") List<HistoryStep> steps)
      throws Exception {
    onDisk(steps);
  }

  @Property(tries = 60, shrinking = ShrinkingMode.BOUNDED)
  void history_inMemory_answersAsTheModel(@ForAll("histories") List<HistoryStep> steps)
      throws Exception {
    try (HistoryRun run = new HistoryRun(StoreOptions.inMemory())) {
      run.play(steps);
    }
  }

  @Tag("soak")
  @Property(tries = 5_000, shrinking = ShrinkingMode.BOUNDED)
  void longHistory_onDisk_answersAsTheModel(@ForAll("longHistories") List<HistoryStep> steps)
      throws Exception {
    onDisk(steps);
  }

  @Provide
  Arbitrary<List<HistoryStep>> histories() {
    return RandomHistories.histories(80);
  }

  @Provide
  Arbitrary<List<HistoryStep>> longHistories() {
    return RandomHistories.histories(300);
  }

  private static void onDisk(List<HistoryStep> steps) throws Exception {
    Path directory = Files.createTempDirectory("nacre-history");
    // The smallest memory there is, so that flushes and compactions happen within a history.
    StoreOptions options =
        StoreOptions.in(directory.resolve("db"))
            .withBlockCacheBytes(1 << 20)
            .withWriteBufferBytes(1 << 20);
    try (HistoryRun run = new HistoryRun(options)) {
      run.play(steps);
    } finally {
      TestDirectories.delete(directory);
    }
  }
}
