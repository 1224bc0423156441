package dev.nacre.vector.exact;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** The bounded heap against sorting everything. */
class TopHitsPropertyTest {
  @Property(tries = 500)
  void sort_anyScores_bestFirstTiesByKey(
      @ForAll @Size(max = 400) List<@IntRange(min = -3, max = 3) Integer> scores,
      @ForAll @IntRange(min = 1, max = 300) int limit) {
    TopHits hits = new TopHits(limit, Integer::compare);
    // Keys arrive in an order that has nothing to do with theirs.
    int step = 7919;
    List<Integer> keys =
        IntStream.range(0, scores.size()).mapToObj(i -> (i * step) % 10_007).toList();
    for (int i = 0; i < scores.size(); i++) {
      if (hits.admits(scores.get(i))) {
        hits.offer(scores.get(i), keys.get(i), i);
      }
    }
    hits.sort();
    List<Integer> expected =
        IntStream.range(0, scores.size())
            .boxed()
            .sorted(Comparator.comparingInt((Integer i) -> -scores.get(i)).thenComparing(keys::get))
            .limit(limit)
            .toList();
    assertEquals(expected.size(), hits.size());
    for (int i = 0; i < expected.size(); i++) {
      int index = expected.get(i);
      assertEquals(index, hits.row(i));
      assertEquals((int) keys.get(index), hits.key(i));
      assertEquals((int) scores.get(index), hits.score(i));
    }
  }
}
