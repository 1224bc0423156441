package dev.nacre.crash;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nacre.faults.Shim;
import dev.nacre.testing.ImageRun;
import dev.nacre.testing.TestDirectories;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * After a power cut the index answers at the version of the store, whatever of its files is left,
 * dropped or torn: one that is damaged or ahead is rebuilt.
 */
class SearchImageTest {
  private static final int IMAGES_PER_LIFE = 25;
  private static final int IMAGES_MORE_MAX = 250;
  private static final int CHECKERS = 2;

  private Path work = Path.of("");

  @BeforeEach
  void make() throws Exception {
    assumeTrue(Shim.missing().isEmpty(), () -> "no crash images: " + Shim.missing().orElseThrow());
    work = TestDirectories.createInMemory("nacre-search-images");
  }

  @AfterEach
  void delete() throws Exception {
    if (!work.equals(Path.of(""))) {
      TestDirectories.delete(work);
    }
  }

  @Test
  void powerCut_indexAnswersAtTheVersionOfTheStore() throws Exception {
    run(Integer.getInteger("nacre.search.images", 25));
  }

  @Tag("soak")
  @Test
  void manyPowerCuts_indexAnswersAtTheVersionOfTheStore() throws Exception {
    run(Integer.getInteger("nacre.soak.search.images", 2_000));
  }

  private void run(int images) throws Exception {
    long seed = Long.getLong("nacre.search.images.seed", new Random().nextLong());
    System.out.println("SearchImageTest: " + images + " images, seed " + seed);
    SearchImages views = new SearchImages();
    try (ImageRun run =
        new ImageRun(
            work, Path.of("target", "search-images"), CHECKERS, SearchImages.class, views)) {
      // Some lives end before there are vectors enough for an index.
      for (int made = 0;
          made < images || (views.indexes() == 0 && made < images + IMAGES_MORE_MAX);
          made += IMAGES_PER_LIFE) {
        run.live(seed + made, IMAGES_PER_LIFE);
        run.awaitChecks();
      }
    }
    System.out.println(
        "SearchImageTest: "
            + views.graphSearches()
            + " searches of graphs, "
            + views.exactSearches()
            + " exact ones, "
            + views.indexes()
            + " openings found files of an index");
    assertTrue(views.indexes() > 0, "no image had an index");
  }
}
