package dev.nacre.vector;

import static dev.nacre.vector.SearchFixture.DIMENSION;
import static dev.nacre.vector.SearchFixture.keys;
import static dev.nacre.vector.SearchFixture.vector;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.model.AsOf;
import dev.nacre.search.SearchPlan;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import dev.nacre.store.Pin;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Moments that the index of the present still tells are answered by it, without an epoch. */
class RecentPastTest {
  private static final int COUNT = 400;
  private final SearchFixture db = SearchFixture.inMemory();
  private final float[] query = vector(new Random(99), DIMENSION);

  @AfterEach
  void close() {
    db.close();
  }

  /** Brings the index to the newest version. */
  private void follow() {
    assertFalse(db.similar(1, query).hits().isEmpty());
  }

  private SearchResult past(long version) {
    return db.similarAsOf(10, AsOf.version(version), query);
  }

  /** What another engine says in its first search, which is exact. */
  private List<String> exactly(long version) {
    try (VectorEngine other = VectorEngine.open(db.store(), SearchFixture.OPTIONS)) {
      SearchResult result =
          other.similar(
              SearchRequest.byVector(SearchFixture.NS, query)
                  .withK(10)
                  .withAsOf(AsOf.version(version)));
      assertTrue(result.exact());
      return keys(result);
    }
  }

  @Test
  void snapshot_whileMuchChanges_isAnsweredByBlock() {
    db.putMany("k", 120, 1);
    follow();
    try (Pin pin = db.store().pin(AsOf.now())) {
      long version = pin.readPoint().version();
      List<String> then = keys(past(version));
      for (String key : then.subList(0, 5)) {
        db.delete(key);
        follow();
      }
      db.put("near", query);
      follow();
      SearchResult result = past(version);
      assertEquals(SearchPlan.Tier.EXACT, result.plan().tier());
      assertTrue(result.exact());
      assertEquals(then, keys(result));
      assertEquals(120, result.plan().candidates());
      assertEquals(version, result.readPoint().version());
    }
  }

  @Test
  void snapshot_ofASpaceWithAGraph_isAnsweredByGraphAndBlock() {
    db.putMany("k", COUNT, 1);
    db.awaitGraphVectors(COUNT, query);
    db.putMany("later", 20, 3);
    follow();
    long version = db.store().now().version();
    List<String> then = exactly(version);
    for (String key : then.subList(0, 5)) {
      db.delete(key);
      follow();
    }
    db.put(then.get(5), query);
    follow();
    SearchResult result = past(version);
    assertEquals(SearchPlan.Tier.GRAPH, result.plan().tier());
    assertFalse(result.exact());
    assertEquals(COUNT + 20, result.plan().candidates());
    long found = keys(result).stream().filter(then::contains).count();
    assertTrue(found >= 9, "found " + found);
    // What was there before the graph was made is not its business.
    assertEquals(exactly(1), keys(past(1)));
  }

  @Test
  void keyThatChangedTwiceInOneCatchUp_isNotAnsweredFromTheGap() {
    db.putMany("k", 120, 1);
    follow();
    long before = db.store().now().version();
    SearchResult then = past(before);
    long put = db.put("near", query).version();
    // No follower runs in between when nothing is published: the two commits are one batch of work
    // only if the follower does not come first, so both outcomes are checked for being right.
    db.delete("near");
    follow();
    assertEquals("near", keys(past(put)).getFirst());
    assertEquals(keys(then), keys(past(before)));
    assertFalse(keys(past(db.store().now().version())).contains("near"));
  }
}
