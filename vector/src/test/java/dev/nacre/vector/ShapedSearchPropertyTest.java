package dev.nacre.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.filter.Filter;
import dev.nacre.model.AsOf;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.model.Metric;
import dev.nacre.model.Value;
import dev.nacre.model.WriteBatch;
import dev.nacre.search.Diversity;
import dev.nacre.search.Grouping;
import dev.nacre.search.Hit;
import dev.nacre.search.HitGroup;
import dev.nacre.search.SearchPlan;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import dev.nacre.store.StoreOptions;
import dev.nacre.vector.graph.GraphFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * Pages, thresholds, groups and diverse hits against a ranking of everything, in every tier: with
 * equal scores, filters, writes between pages, and a database that is reopened.
 */
class ShapedSearchPropertyTest {
  private static final String SPACE = "s";
  private static final int THRESHOLD = 120;

  /** Where the answers come from, to begin with. */
  enum Tier {
    /** A block in memory. */
    BLOCK,
    /** A graph, and what came since. */
    GRAPH,
    /** The set of the present, as of a version before. */
    RECENT,
    /** Storage. */
    STORAGE,
    /** An epoch in memory, or one with a graph. */
    EPOCH
  }

  @Property(tries = 15, shrinking = ShrinkingMode.OFF)
  void similar_anyShapeInAnyTier_asByHand(
      @ForAll Tier tier, @ForAll Metric metric, @ForAll boolean large, @ForAll long seed)
      throws IOException {
    Path directory = Files.createTempDirectory("nacre-shapes");
    try (SearchFixture db =
        SearchFixture.of(
            StoreOptions.in(directory).withBlockCacheBytes(4L << 20).withWriteBufferBytes(4L << 20),
            new VectorOptions(
                null, 4L << 20, tier == Tier.BLOCK ? Integer.MAX_VALUE : THRESHOLD))) {
      Run run = new Run(db, tier, metric, new Random(seed));
      // So few have neither graph nor epoch.
      run.fill(large || tier == Tier.GRAPH ? 260 : tier == Tier.EPOCH ? 100 : 60);
      run.settle();
      for (int i = 0; i < 4; i++) {
        run.checkGroups();
        run.checkDiverse();
        run.checkPages(i == 3);
      }
    } finally {
      GraphFiles.deleteTree(directory);
    }
  }

  /** A database, and what should be found in it at one version. */
  private static final class Run {
    private final SearchFixture db;
    private final Tier tier;
    private final EmbeddingSpace space;
    private final Random random;
    private final ShapedHits model;
    private final float[] query;
    private AsOf moment = AsOf.now();

    /** Scores that are not exact, by key. */
    private @Nullable Map<String, Float> scores;

    private int written;

    Run(SearchFixture db, Tier tier, Metric metric, Random random) {
      this.db = db;
      this.tier = tier;
      this.space = new EmbeddingSpace(SPACE, ShapedHits.DIMENSION, metric, null);
      this.random = random;
      this.model = new ShapedHits(metric);
      this.query = ShapedHits.vector(random);
    }

    void fill(int count) {
      WriteBatch.Builder batch = WriteBatch.builder();
      for (int i = 0; i < count; i++) {
        ShapedHits.Row row =
            new ShapedHits.Row("k" + i, ShapedHits.vector(random), ShapedHits.metadata(random));
        model.add(row);
        put(batch, row);
      }
      db.commit(batch.build());
    }

    private void put(WriteBatch.Builder batch, ShapedHits.Row row) {
      batch.put(
          SearchFixture.NS,
          row.key(),
          Value.text(row.key()),
          row.metadata(),
          Embedding.of(space, row.vector()));
    }

    /** Changes and deletes what the model goes on to hold. */
    private void write() {
      WriteBatch.Builder batch = WriteBatch.builder();
      for (int i = 0; i < 3; i++) {
        String key = "k" + random.nextInt(80);
        if (random.nextInt(3) == 0) {
          batch.delete(SearchFixture.NS, key);
        } else {
          put(
              batch,
              new ShapedHits.Row(key, ShapedHits.vector(random), ShapedHits.metadata(random)));
        }
        key = "new" + written++;
        put(batch, new ShapedHits.Row(key, ShapedHits.vector(random), Metadata.EMPTY));
      }
      db.commit(batch.build());
    }

    /** Waits until answers come from the tier. */
    void settle() {
      switch (tier) {
        case BLOCK -> {
          var _ = db.engine().similar(request());
        }
        case GRAPH ->
            Awaitility.await()
                .pollInterval(Duration.ofMillis(5))
                .until(
                    () -> {
                      var _ = db.engine().similar(request());
                      VectorStatistics statistics = db.engine().statistics();
                      return statistics.graphVectors() > 0 && statistics.buildingGraphs() == 0;
                    });
        case RECENT -> {
          var _ = db.engine().similar(request());
          leave();
        }
        case STORAGE -> leave();
        case EPOCH -> {
          leave();
          // Only a filter is not answered by the set of the present.
          SearchRequest filtered = request().withFilter(Filter.exists("colour"));
          Awaitility.await()
              .pollInterval(Duration.ofMillis(5))
              .until(() -> db.engine().similar(filtered).plan().tier() == SearchPlan.Tier.EPOCH);
        }
      }
      if (space.metric() == Metric.COSINE) {
        Map<String, Float> found = new HashMap<>();
        SearchResult all = db.engine().similar(request().withK(SearchRequest.K_MAX));
        assertTrue(all.exact());
        all.hits().forEach(hit -> found.put(hit.key(), hit.score()));
        scores = found;
      }
    }

    private void leave() {
      moment = AsOf.version(db.store().now().version());
      write();
    }

    private SearchRequest request() {
      return SearchRequest.byVector(SearchFixture.NS, query).withSpace(SPACE).withAsOf(moment);
    }

    /** A request with or without filter and threshold, and the ranking that it sees. */
    private record Asked(SearchRequest request, List<ShapedHits.Scored> ranking) {}

    private Asked any() {
      Filter filter =
          switch (random.nextInt(4)) {
            case 0 -> Filter.lt("colour", 2);
            case 1 -> Filter.exists("group");
            default -> Filter.and();
          };
      SearchRequest request = request();
      if (!filter.equals(Filter.and())) {
        request = request.withFilter(filter);
      }
      float minScore = Float.NEGATIVE_INFINITY;
      if (random.nextInt(3) == 0) {
        List<ShapedHits.Scored> all =
            model.ranking(query, Filter.and(), Float.NEGATIVE_INFINITY, scores);
        // Exactly a score that is there: it is in.
        minScore = all.get(random.nextInt(all.size())).score();
        request = request.withMinScore(minScore);
      }
      return new Asked(request, model.ranking(query, filter, minScore, scores));
    }

    void checkPages(boolean reopening) {
      Asked asked = any();
      SearchRequest request = asked.request.withK(3 + random.nextInt(60));
      List<Hit> hits = new ArrayList<>();
      boolean exact = true;
      SearchResult first = db.engine().similar(request);
      SearchResult page = first;
      while (true) {
        exact &= page.exact();
        hits.addAll(page.hits());
        assertEquals(first.readPoint(), page.readPoint());
        assertTrue(page.hits().size() <= request.k());
        if (page.cursor() == null) {
          break;
        }
        if (random.nextInt(3) == 0) {
          write();
        }
        if (reopening && random.nextInt(3) == 0) {
          db.reopen();
        }
        request = request.withCursor(page.cursor()).withK(1 + random.nextInt(60));
        page = db.engine().similar(request);
      }
      // What was now is a version from here on.
      moment = AsOf.at(first.readPoint());
      checkOrder(hits);
      List<String> expected = asked.ranking.stream().map(ShapedHits.Scored::key).toList();
      if (exact) {
        assertEquals(expected, hits.stream().map(Hit::key).toList(), asked.request::toString);
      } else {
        assertTrue(tier != Tier.BLOCK, "a block is exact");
        Set<String> known = new HashSet<>(expected);
        hits.forEach(hit -> assertTrue(known.contains(hit.key()), hit::key));
        assertTrue(
            hits.size() >= .8 * expected.size(), () -> hits.size() + " of " + expected.size());
      }
      if (scores == null) {
        Map<String, Float> right = new HashMap<>();
        asked.ranking.forEach(scored -> right.put(scored.key(), scored.score()));
        hits.forEach(hit -> assertEquals(right.get(hit.key()), hit.score()));
      }
    }

    private static void checkOrder(List<Hit> hits) {
      for (int i = 1; i < hits.size(); i++) {
        Hit one = hits.get(i - 1);
        Hit other = hits.get(i);
        assertTrue(
            one.score() > other.score()
                || (one.score() == other.score() && one.key().compareTo(other.key()) < 0),
            () -> one + " before " + other);
      }
    }

    void checkGroups() {
      Asked asked = any();
      int size = 1 + random.nextInt(4);
      int k = 1 + random.nextInt(30);
      SearchRequest request =
          asked.request.withK(k).withGrouping(Grouping.by("group").withSize(size));
      SearchResult result = db.engine().similar(request);
      List<List<String>> groups =
          result.groups().stream()
              .map(group -> group.hits().stream().map(Hit::key).toList())
              .toList();
      assertEquals(groups.stream().flatMap(List::stream).toList(), SearchFixture.keys(result));
      List<List<String>> expected = ShapedHits.groups(asked.ranking, k, size);
      if (result.exact()) {
        assertEquals(expected, groups, request::toString);
      } else {
        assertTrue(tier != Tier.BLOCK, "a block is exact");
        assertEquals(expected.size(), groups.size());
      }
      for (HitGroup group : result.groups()) {
        assertTrue(group.hits().size() <= size);
        for (Hit hit : group.hits()) {
          assertEquals(
              group.field().map(ShapedSearchPropertyTest::number),
              hit.record().metadata().get("group").map(ShapedSearchPropertyTest::number));
        }
        assertTrue(group.field().isPresent() || group.hits().size() == 1);
      }
    }

    void checkDiverse() {
      Asked asked = any();
      int k = 1 + random.nextInt(8);
      int pool = 1 + random.nextInt(40);
      double lambda = random.nextInt(5) / 4.0;
      SearchResult result =
          db.engine()
              .similar(asked.request.withK(k).withDiversity(Diversity.of(lambda).withPool(pool)));
      assertEquals(Math.min(k, asked.ranking.size()), result.hits().size());
      if (result.exact() && space.metric() != Metric.COSINE) {
        assertEquals(model.diverse(asked.ranking, k, pool, lambda), SearchFixture.keys(result));
      }
      Set<String> chosen = new HashSet<>(SearchFixture.keys(result));
      assertEquals(result.hits().size(), chosen.size());
    }
  }

  private static Object number(Object value) {
    return value.equals(1.0) ? Long.valueOf(1) : value;
  }
}
