package dev.nacre.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The measures by hand. */
class RankingQualityTest {

  private static RankingQuality of(List<String> ranking, Set<String> relevant) {
    return RankingQuality.of(List.of(ranking), List.of(relevant));
  }

  @Test
  void relevantFirst_one() {
    RankingQuality quality = of(List.of("a", "b", "x"), Set.of("a", "b"));
    assertEquals(1, quality.ndcg(), 1e-12);
    assertEquals(1, quality.recall(), 1e-12);
  }

  @Test
  void relevantSecond_discountedByTheLogOfItsRank() {
    // One of two found, at rank 2: gain 1/log2(3), of at best 1 + 1/log2(3).
    RankingQuality quality = of(List.of("x", "a"), Set.of("a", "b"));
    double second = Math.log(2) / Math.log(3);
    assertEquals(second / (1 + second), quality.ndcg(), 1e-12);
    assertEquals(0.5, quality.recall(), 1e-12);
  }

  @Test
  void beyondTheTenth_doesNotCount() {
    List<String> ranking = List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "a");
    RankingQuality quality = of(ranking, Set.of("a"));
    assertEquals(0, quality.ndcg());
    assertEquals(0, quality.recall());
  }

  @Test
  void severalQuestions_averaged() {
    RankingQuality quality =
        RankingQuality.of(List.of(List.of("a"), List.of("x")), List.of(Set.of("a"), Set.of("b")));
    assertEquals(0.5, quality.ndcg(), 1e-12);
    assertEquals(0.5, quality.recall(), 1e-12);
  }
}
