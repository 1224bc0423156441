package dev.nacre.vector;

import static dev.nacre.vector.SearchFixture.COSINE;
import static dev.nacre.vector.SearchFixture.DIMENSION;
import static dev.nacre.vector.SearchFixture.NS;
import static dev.nacre.vector.SearchFixture.vector;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.DatabaseClosedException;
import dev.nacre.filter.Filter;
import dev.nacre.model.Commit;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.WriteBatch;
import dev.nacre.search.Hit;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import dev.nacre.store.StoreOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * Writers, searchers and the background at once. Every writer looks for what it has just written;
 * every answer is compared with the store at the version it names.
 */
class ConcurrentSearchTest {
  private static final int WRITES = 250;

  @Test
  void writersAndSearchers_readTheirWritesAndSeeOneVersion() throws Exception {
    try (SearchFixture db = SearchFixture.inMemory();
        ExecutorService pool = Executors.newFixedThreadPool(6)) {
      db.putMany("base", 300, 1);
      AtomicBoolean done = new AtomicBoolean();
      List<Future<Integer>> searchers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        int seed = i;
        searchers.add(pool.submit(() -> search(db, seed, done)));
      }
      List<Future<Integer>> writers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        int writer = i;
        writers.add(pool.submit(() -> write(db, writer)));
      }
      try {
        for (Future<Integer> writer : writers) {
          assertEquals(WRITES, writer.get());
        }
      } finally {
        done.set(true);
      }
      for (Future<Integer> searcher : searchers) {
        assertTrue(searcher.get() > 0);
      }
      // The graph was built and extended meanwhile.
      db.awaitGraphVectors(300, vector(new Random(1), DIMENSION));
    }
  }

  private static int write(SearchFixture db, int writer) {
    Random random = new Random(writer + 50);
    for (int i = 0; i < WRITES; i++) {
      String key = "w" + writer + "-" + random.nextInt(60);
      float[] vector = vector(random, DIMENSION);
      if (random.nextInt(5) == 0) {
        db.delete(key);
        SearchResult result = db.similar(20, vector);
        assertFalse(SearchFixture.keys(result).contains(key));
      } else {
        Commit commit = db.put(NS, key, COSINE, Metadata.of("writer", writer), vector);
        SearchResult result =
            random.nextBoolean()
                ? db.similar(1, vector)
                : db.similar(1, Filter.eq("writer", writer), vector);
        Hit hit = result.hits().getFirst();
        assertEquals(key, hit.key());
        assertEquals(commit.version(), hit.embeddingVersion());
        assertTrue(result.readPoint().version() >= commit.version());
      }
    }
    return WRITES;
  }

  private static int search(SearchFixture db, int seed, AtomicBoolean done) {
    Random random = new Random(seed + 100);
    int searches = 0;
    long newest = 0;
    while (!done.get()) {
      float[] query = vector(random, DIMENSION);
      SearchResult result = db.similar(10, query);
      assertEquals(10, result.hits().size());
      assertTrue(result.readPoint().version() >= newest);
      newest = result.readPoint().version();
      for (Hit hit : result.hits()) {
        Optional<VersionedRecord> then =
            db.store().get(result.readPoint(), NS, hit.key(), Set.of("default"));
        assertEquals(
            then.map(record -> record.embeddingVersions().get("default")),
            Optional.of(hit.embeddingVersion()));
        float[] stored =
            then.map(record -> record.embeddings().get("default")).orElseThrow().vector();
        assertEquals(SearchFixture.score(COSINE.metric(), query, stored), hit.score(), 1e-5);
        assertEquals(then.map(VersionedRecord::version).orElseThrow(), hit.record().version());
      }
      searches++;
    }
    return searches;
  }

  @Test
  void evictionAndSearches_readersNeverTouchFreedMemory() throws Exception {
    // Six spaces of more than half a MiB in 1 MiB: every search of another one unloads.
    EmbeddingSpace wide = EmbeddingSpace.of(256);
    VectorOptions tight = new VectorOptions(null, 1 << 20, 1_000_000);
    try (SearchFixture db = SearchFixture.of(StoreOptions.inMemory(), tight);
        ExecutorService pool = Executors.newFixedThreadPool(4)) {
      Random random = new Random(3);
      for (int n = 0; n < 6; n++) {
        WriteBatch.Builder batch = WriteBatch.builder();
        for (int i = 0; i < 700; i++) {
          batch.embed("space" + n, "k" + i, Embedding.of(wide, vector(random, 256)));
        }
        db.commit(batch.build());
      }
      List<Callable<Integer>> tasks = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        int seed = t;
        tasks.add(
            () -> {
              Random own = new Random(seed);
              for (int i = 0; i < 40; i++) {
                SearchResult result =
                    db.engine()
                        .similar(
                            SearchRequest.byVector("space" + own.nextInt(6), vector(own, 256)));
                assertEquals(10, result.hits().size());
                assertTrue(result.exact());
              }
              return seed;
            });
      }
      for (Future<Integer> task : pool.invokeAll(tasks)) {
        assertTrue(task.get() >= 0);
      }
      // Those at work at the same time may have spared each other; the next search tidies up.
      assertEquals(
          10,
          db.engine().similar(SearchRequest.byVector("space0", vector(random, 256))).hits().size());
      assertEquals(1, db.engine().statistics().activeSpaces());
      db.engine().close();
      assertEquals(0, db.engine().statistics().blockBytes());
    }
  }

  @Test
  void close_whileSearching_searchesFinishOrAreRefused() throws Exception {
    for (int round = 0; round < 20; round++) {
      SearchFixture db = SearchFixture.inMemory();
      db.putMany("k", 400, round);
      try (ExecutorService pool = Executors.newFixedThreadPool(3)) {
        AtomicInteger answered = new AtomicInteger();
        List<Future<Boolean>> searchers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          int seed = i;
          searchers.add(pool.submit(() -> searchUntilClosed(db, seed, answered)));
        }
        Awaitility.await().until(() -> answered.get() > 5);
        db.engine().close();
        for (Future<Boolean> searcher : searchers) {
          assertTrue(refused(searcher));
        }
        assertEquals(0, db.engine().statistics().blockBytes());
      }
      db.close();
    }
  }

  private static boolean searchUntilClosed(SearchFixture db, int seed, AtomicInteger answered) {
    Random random = new Random(seed);
    while (true) {
      try {
        assertEquals(5, db.similar(5, vector(random, DIMENSION)).hits().size());
        answered.incrementAndGet();
      } catch (DatabaseClosedException e) {
        return true;
      }
    }
  }

  private static boolean refused(Future<Boolean> searcher) throws InterruptedException {
    try {
      return searcher.get();
    } catch (ExecutionException e) {
      throw new AssertionError("a search failed otherwise than by being refused", e.getCause());
    }
  }
}
