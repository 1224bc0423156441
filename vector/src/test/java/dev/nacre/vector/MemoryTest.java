package dev.nacre.vector;

import static dev.nacre.vector.SearchFixture.COSINE;
import static dev.nacre.vector.SearchFixture.DIMENSION;
import static dev.nacre.vector.SearchFixture.NS;
import static dev.nacre.vector.SearchFixture.keys;
import static dev.nacre.vector.SearchFixture.vector;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.filter.Filter;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.model.Value;
import dev.nacre.model.WriteBatch;
import dev.nacre.search.SearchPlan;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import dev.nacre.store.StoreOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an index keeps, gives back, and does when it does not fit. */
class MemoryTest {
  private final Random random = new Random(12);

  @Test
  void spaceLargerThanTheBudget_searchedInStorageUntilItsGraphIsThere() {
    EmbeddingSpace wide = EmbeddingSpace.of(512);
    try (SearchFixture db =
        SearchFixture.of(StoreOptions.inMemory(), new VectorOptions("simd", 1 << 20, 1_000_000))) {
      WriteBatch.Builder batch = WriteBatch.builder();
      for (int i = 0; i < 900; i++) {
        batch.put(
            NS,
            "k" + i,
            Value.text("v"),
            Metadata.of("i", i),
            Embedding.of(wide, vector(random, 512)));
      }
      db.commit(batch.build());
      float[] query = vector(random, 512);
      SearchResult first = db.similar(10, query);
      assertEquals(SearchPlan.Tier.EXACT, first.plan().tier());
      assertTrue(first.exact());
      assertEquals(900, first.plan().candidates());
      assertEquals(10, db.similar(10, Filter.lt("i", 50), query).hits().size());
      db.awaitGraphVectors(900, query);
      SearchResult graph = db.similar(10, query);
      assertEquals(SearchPlan.Tier.GRAPH, graph.plan().tier());
      List<String> both = keys(first).stream().filter(keys(graph)::contains).toList();
      assertTrue(both.size() >= 8, () -> keys(first) + " and " + keys(graph));
      assertTrue(db.engine().statistics().blockBytes() < 1 << 20);
      db.put(NS, "later", wide, Metadata.EMPTY, query);
      assertEquals("later", keys(db.similar(1, query)).getFirst());
    }
  }

  @Test
  void manyUpdates_blockIsCompacted() {
    try (SearchFixture db = SearchFixture.inMemory()) {
      for (int round = 0; round < 60; round++) {
        db.putMany("k", 60, round);
        assertEquals(60, db.similar(100, vector(random, DIMENSION)).hits().size());
      }
      // 3,600 rows of 64 bytes were written, and 60 are alive.
      assertTrue(db.engine().statistics().blockBytes() < 3_600 * 64);
    }
  }

  @Test
  void manyKeysComeAndGo_keyTableStartsAnewWithItsMetadata() {
    try (SearchFixture db = SearchFixture.inMemory()) {
      db.putMany("stays", 30, 1);
      Filter even = Filter.eq("even", true);
      float[] query = vector(random, DIMENSION);
      List<String> before = keys(db.similar(100, even, query));
      assertEquals(15, before.size());
      for (int round = 0; round < 6; round++) {
        db.putMany("goes" + round + "-", 120, round);
        for (int part = 0; part < 3; part++) {
          db.putMany("goes" + round + part + "-", 120, round);
        }
        assertTrue(db.similar(10_000, query).hits().size() > 30);
        WriteBatch.Builder batch = WriteBatch.builder();
        for (int i = 0; i < 120; i++) {
          batch.delete(NS, "goes" + round + "-" + i);
          for (int part = 0; part < 3; part++) {
            batch.delete(NS, "goes" + round + part + "-" + i);
          }
        }
        db.commit(batch.build());
        assertEquals(30, db.similar(10_000, query).hits().size());
        assertEquals(before, keys(db.similar(100, even, query)));
      }
      assertEquals(15, db.similar(100, Filter.ne("even", true), query).hits().size());
    }
  }

  @Test
  void readOnly_indexesOfTheOwnerAreNotTouched(@TempDir Path directory) throws IOException {
    float[] query = vector(random, DIMENSION);
    try (SearchFixture db = SearchFixture.in(directory)) {
      db.putMany("k", 400, 1);
      db.awaitGraphVectors(400, query);
    }
    Map<Path, FileTime> before = files(directory.resolve("index"));
    assertFalse(before.isEmpty());
    try (SearchFixture db =
        SearchFixture.of(StoreOptions.in(directory).asReadOnly(), SearchFixture.OPTIONS)) {
      assertEquals(400, db.similar(1, query).plan().candidates());
      db.awaitGraphVectors(400, query);
    }
    assertEquals(before, files(directory.resolve("index")));
  }

  private static Map<Path, FileTime> files(Path root) throws IOException {
    Map<Path, FileTime> times = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        times.put(file, Files.getLastModifiedTime(file));
      }
    }
    return times;
  }

  @Test
  void follower_keepsASearchedSpaceCurrent() {
    try (SearchFixture db = SearchFixture.inMemory()) {
      float[] query = vector(random, DIMENSION);
      db.put("a", query);
      assertEquals(1, db.similar(5, query).hits().size());
      // Enough for a graph: only the follower is there to see it.
      db.putMany("k", 400, 2);
      Awaitility.await().until(() -> db.engine().statistics().graphVectors() == 401);
    }
  }

  @Test
  void statistics_tinySpaces_costLittle() {
    try (SearchFixture db = SearchFixture.inMemory()) {
      WriteBatch.Builder batch = WriteBatch.builder();
      for (int n = 0; n < 500; n++) {
        batch.embed("agent" + n, "k", Embedding.of(COSINE, vector(random, DIMENSION)));
      }
      db.commit(batch.build());
      assertEquals(0, db.engine().statistics().activeSpaces());
      for (int n = 0; n < 500; n++) {
        assertEquals(
            1,
            db.engine()
                .similar(SearchRequest.byVector("agent" + n, vector(random, DIMENSION)))
                .hits()
                .size());
      }
      assertEquals(500, db.engine().statistics().activeSpaces());
      assertTrue(db.engine().statistics().blockBytes() <= 500 * 1024);
    }
  }
}
