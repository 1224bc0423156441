package dev.nacre.bench.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.nacre.bench.data.Vectors;
import java.util.List;
import org.junit.jupiter.api.Test;

class TruthTest {
  private static final Vectors BASE =
      new Vectors(
          2,
          List.of("east", "north-east", "north", "north again", "west"),
          new float[][] {{1, 0}, {.6f, .8f}, {0, 1}, {0, 1}, {-1, 0}});
  private static final Vectors QUERIES = new Vectors(2, List.of("up"), new float[][] {{0, 1}});

  @Test
  void right_countsWhatIsAsNearAsTheLast() {
    Truth truth = new Truth(BASE, QUERIES, 1, row -> true);

    assertEquals(1, truth.right(0, List.of("north")));
    assertEquals(1, truth.right(0, List.of("north again")));
    assertEquals(0, truth.right(0, List.of("north-east", "west")));
    assertEquals(1, truth.expected(1));
  }

  @Test
  void right_sameKeyTwice_countsOnce() {
    Truth truth = new Truth(BASE, QUERIES, 3, row -> true);

    assertEquals(1, truth.right(0, List.of("north", "north")));
    assertEquals(3, truth.right(0, List.of("north-east", "north again", "north")));
  }

  @Test
  void expected_fewerAcceptedThanWanted_areAllThatThereAre() {
    Truth truth = new Truth(BASE, QUERIES, 3, row -> row == 0 || row == 4);

    assertEquals(2, truth.expected(1));
    assertEquals(2, truth.right(0, List.of("east", "west")));
  }
}
