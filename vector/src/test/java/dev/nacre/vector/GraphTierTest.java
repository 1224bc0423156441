package dev.nacre.vector;

import static dev.nacre.vector.SearchFixture.COSINE;
import static dev.nacre.vector.SearchFixture.DIMENSION;
import static dev.nacre.vector.SearchFixture.NS;
import static dev.nacre.vector.SearchFixture.keys;
import static dev.nacre.vector.SearchFixture.vector;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.nacre.error.HistoryDroppedException;
import dev.nacre.filter.Filter;
import dev.nacre.model.Metadata;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Retention;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.search.SearchPlan;
import dev.nacre.search.SearchResult;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.Sweeping;
import dev.nacre.vector.graph.GraphFiles;
import dev.nacre.vector.graph.GraphIndex;
import dev.nacre.vector.graph.GraphStamp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The life of a graph: built, extended, reopened, lost, damaged, foreign. */
class GraphTierTest {
  private static final int COUNT = 400;

  @TempDir Path directory;
  private SearchFixture db;
  private final float[] query = vector(new Random(99), DIMENSION);

  @BeforeEach
  void open() {
    db = SearchFixture.in(directory);
  }

  @AfterEach
  void close() {
    db.close();
  }

  private void build() {
    db.putMany("k", COUNT, 1);
    db.awaitGraphVectors(COUNT, query);
  }

  private Path indexPath() {
    return GraphFiles.pathOf(
        directory.resolve("index"),
        db.store().namespace(db.store().now(), NS).orElseThrow().id(),
        COSINE);
  }

  private void assertGraphAnswersLikeExact() {
    SearchResult graph = db.similar(10, query);
    assertEquals(SearchPlan.Tier.GRAPH, graph.plan().tier());
    assertFalse(graph.exact());
    SearchResult exact = db.similar(COUNT * 2, query);
    assertTrue(exact.exact());
    // So small a graph misses next to nothing; what it finds is as the exact search says.
    List<String> nearest = described(exact).subList(0, 11);
    List<String> found = described(graph);
    assertEquals(10, found.size());
    assertTrue(nearest.containsAll(found), () -> found + " are not among " + nearest);
  }

  private static List<String> described(SearchResult result) {
    return result.hits().stream()
        .map(hit -> hit.key() + ", score " + hit.score() + ", version " + hit.embeddingVersion())
        .toList();
  }

  @Test
  void graph_whoseLogWasDropped_catchesUpByAScan() {
    db.close();
    db =
        SearchFixture.of(
            StoreOptions.in(directory)
                .withSweeping(new Sweeping(Duration.ZERO, Duration.ofMillis(1))),
            SearchFixture.OPTIONS);
    build();
    NamespaceOptions brief =
        NamespaceOptions.DEFAULT.withRetention(Retention.duration(Duration.ofMillis(1)));
    db.commit(WriteBatch.of(new Write.Configure(NS, brief)));
    db.reopen();
    db.putMany("k", 20, 7);
    db.commit(WriteBatch.builder().delete(NS, "k30").delete(NS, "k31").build());
    int id = db.store().namespace(db.store().now(), NS).orElseThrow().id();
    long newest = db.store().now().version();
    Awaitility.await()
        .untilAsserted(
            () -> {
              var _ = db.store().sweep(() -> false);
              assertThrows(
                  HistoryDroppedException.class, () -> db.store().readLog(id, 1, newest, _ -> {}));
            });
    // Opened from disk, behind what the log still has.
    assertGraphAnswersLikeExact();
    assertEquals(COUNT - 2, db.similar(COUNT, query).hits().size());
    // And in use, behind again.
    db.putMany("k", 20, 8);
    long again = db.store().now().version();
    Awaitility.await()
        .untilAsserted(
            () -> {
              var _ = db.store().sweep(() -> false);
              assertThrows(
                  HistoryDroppedException.class,
                  () -> db.store().readLog(id, newest, again, _ -> {}));
            });
    assertGraphAnswersLikeExact();
  }

  @Test
  void graph_aboveThreshold_isBuiltAndAnswers() {
    build();
    assertGraphAnswersLikeExact();
    assertEquals(1, db.engine().statistics().graphs());
    // The rows went out of memory into the graph.
    assertTrue(db.engine().statistics().blockBytes() < 64 * COUNT);
  }

  @Test
  void graph_changesAfterBuild_atOnceAndThenAbsorbed() {
    build();
    db.put("k7", query);
    db.delete("k8");
    db.put("new", query);
    SearchResult result = db.similar(5, query);
    assertEquals(List.of("k7", "new"), keys(result).subList(0, 2));
    assertFalse(keys(db.similar(COUNT, query)).contains("k8"));
    assertGraphAnswersLikeExact();
    // Past a tenth the graph takes them in, and past a quarter dead it is built anew.
    for (int round = 0; round < 8; round++) {
      db.putMany("round" + round + "-", 60, 100 + round);
      db.awaitGraphVectors(COUNT, query);
      assertGraphAnswersLikeExact();
    }
    assertTrue(db.engine().statistics().graphVectors() > COUNT);
    for (int i = 0; i < COUNT; i++) {
      db.delete("k" + i);
    }
    db.awaitGraphVectors(1, query);
    Awaitility.await()
        .until(
            () -> {
              var _ = db.similar(1, query);
              return db.engine().statistics().graphVectors() < COUNT + 480;
            });
    assertGraphAnswersLikeExact();
  }

  @Test
  void reopen_graphOnDisk_isUsedAndCatchesUp() {
    build();
    db.put("k3", query);
    db.delete("k4");
    db.reopen();
    SearchResult result = db.similar(3, query);
    assertEquals(SearchPlan.Tier.GRAPH, result.plan().tier());
    assertEquals("k3", keys(result).getFirst());
    assertFalse(keys(db.similar(COUNT, query)).contains("k4"));
    assertGraphAnswersLikeExact();
  }

  @Test
  void reopen_manyChangesSince_comparedWithAScan() {
    build();
    // Written while no engine follows: more than is worth replaying.
    db.reopen();
    for (int i = 0; i < 3; i++) {
      db.putMany("later" + i + "-", 700, i);
    }
    db.delete("k5");
    assertEquals(COUNT + 2_100 - 1, db.similar(1, query).plan().candidates());
    assertFalse(keys(db.similar(4_000, query)).contains("k5"));
  }

  @Test
  void reopen_directoryDeleted_rebuilds() {
    build();
    Path path = indexPath();
    assertTrue(Files.isDirectory(path));
    db.reopen(() -> GraphFiles.deleteTree(directory.resolve("index")));
    assertEquals(SearchPlan.Tier.EXACT, db.similar(3, query).plan().tier());
    db.awaitGraphVectors(COUNT, query);
    assertGraphAnswersLikeExact();
    assertTrue(Files.isDirectory(path));
  }

  @Test
  void reopen_anyFileDamaged_rebuilds() throws IOException {
    build();
    Path path = indexPath();
    List<Path> files;
    try (Stream<Path> listed = Files.list(path)) {
      files = listed.filter(file -> !file.endsWith("write.lock")).sorted().toList();
    }
    assertTrue(files.size() > 5, files::toString);
    for (Path file : files) {
      db.reopen(() -> flipByte(path, file.getFileName().toString()));
      SearchResult result = db.similar(COUNT, query);
      assertEquals(COUNT, result.hits().size());
      db.awaitGraphVectors(COUNT, query);
      assertGraphAnswersLikeExact();
    }
  }

  /** Flips a byte of that file, or of the one of its kind when it was rewritten. */
  private static void flipByte(Path path, String name) {
    try (Stream<Path> listed = Files.list(path)) {
      String kind = name.substring(Math.max(0, name.lastIndexOf('.')));
      Path file =
          listed
              .filter(f -> f.getFileName().toString().endsWith(kind))
              .findFirst()
              .orElseGet(() -> segments(path));
      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length / 2] ^= 0x10;
      Files.write(file, bytes, StandardOpenOption.TRUNCATE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path segments(Path path) {
    try (Stream<Path> listed = Files.list(path)) {
      return listed
          .filter(f -> f.getFileName().toString().startsWith("segments"))
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void reopen_damagedAndNotToBeDeleted_searchesStayExact() throws IOException {
    build();
    Path path = indexPath();
    db.reopen(
        () -> {
          flipByte(path, "segments_1");
          assertTrue(path.toFile().setWritable(false));
        });
    try {
      assumeFalse(Files.isWritable(path), "root writes everywhere");
      SearchResult result = db.similar(COUNT, query);
      assertEquals(COUNT, result.hits().size());
      assertTrue(result.exact());
    } finally {
      assertTrue(path.toFile().setWritable(true));
    }
  }

  @Test
  void reopen_otherLineageOrNewerVersion_rebuilds() {
    build();
    Path path = indexPath();
    long version = db.store().now().version();
    String lineage = db.store().lineage();
    for (GraphStamp foreign :
        List.of(
            GraphStamp.of("another", version, COSINE),
            GraphStamp.of(lineage, version + 1_000, COSINE),
            new GraphStamp(
                lineage, version, DIMENSION, "DOT", GraphStamp.PRESENT, GraphStamp.PRESENT))) {
      db.reopen(() -> writeForeign(path, foreign));
      assertFalse(keys(db.similar(COUNT * 2, query)).contains("foreign"));
      db.awaitGraphVectors(COUNT, query);
      assertGraphAnswersLikeExact();
    }
  }

  private void writeForeign(Path path, GraphStamp stamp) {
    try (GraphFiles files = new GraphFiles(path, COSINE)) {
      GraphIndex index =
          files.write(
              GraphFiles.Mode.BUILD,
              stamp,
              sink -> sink.add(new byte[] {'f'}, 1, query, DIMENSION),
              () -> false);
      index.release();
    }
  }

  @Test
  void directoryDeletedWhileOpen_nextWritingRebuilds() {
    build();
    GraphFiles.deleteTree(directory.resolve("index"));
    db.putMany("more", 100, 5);
    Awaitility.await()
        .until(
            () -> {
              var _ = db.similar(1, query);
              return db.engine().statistics().graphVectors() >= COUNT + 100;
            });
    assertGraphAnswersLikeExact();
  }

  @Test
  void namespaceDeleted_memoryAndDirectoryGo() {
    build();
    Path path = indexPath();
    db.commit(WriteBatch.of(new Write.DeleteNamespace(NS)));
    Awaitility.await()
        .until(
            () -> {
              // A commit elsewhere is what wakes the follower.
              db.put("elsewhere", "k", COSINE, Metadata.EMPTY, query);
              return !Files.exists(path.getParent());
            });
    assertEquals(0, db.engine().statistics().graphs());
    assertEquals(0, db.engine().statistics().blockBytes());
  }

  @Test
  void namespaceDeletedWhileClosed_directoryGoesAtOpening() throws IOException {
    build();
    Path path = indexPath();
    db.commit(WriteBatch.of(new Write.DeleteNamespace(NS)));
    Path unknown = Files.createDirectories(directory.resolve("index/not-ours"));
    db.reopen();
    Awaitility.await().until(() -> !Files.exists(path.getParent()));
    assertTrue(Files.exists(unknown));
  }

  @Test
  void filter_manyMatches_graphWithThemOnly() {
    build();
    Filter even = Filter.eq("even", true);
    SearchResult result = db.similar(10, Filter.lt("i", 300), query);
    assertEquals(SearchPlan.Tier.GRAPH, result.plan().tier());
    assertEquals(300, result.plan().candidates());
    SearchResult all = db.similar(COUNT, Filter.lt("i", 300), query);
    assertTrue(all.exact());
    assertTrue(described(all).subList(0, 11).containsAll(described(result)));
    SearchResult few = db.similar(10, Filter.and(even, Filter.lt("i", 40)), query);
    assertEquals(SearchPlan.Tier.EXACT, few.plan().tier());
    assertEquals(20, few.plan().candidates());
    assertEquals(10, few.hits().size());
    assertTrue(few.exact());
  }

  @Test
  void close_duringBuild_isPromptAndNothingIsLost() {
    // Large enough that the build takes seconds.
    SearchFixture large = db;
    for (int i = 0; i < 20; i++) {
      large.putMany("part" + i + "-", 1_000, i);
    }
    var _ = large.similar(1, query);
    Awaitility.await()
        .pollInterval(Duration.ofMillis(1))
        .until(() -> large.engine().statistics().buildingGraphs() == 1);
    large.engine().close();
    assertEquals(0, large.engine().statistics().buildingGraphs());
    large.reopen();
    SearchPlan plan = large.similar(1, query).plan();
    assertEquals(20_000, plan.candidates());
    assertEquals(SearchPlan.Tier.EXACT, plan.tier(), "closing waited for the whole graph");
  }

  @Test
  void inMemory_graph_isBuiltAndExtended() {
    try (SearchFixture memory = SearchFixture.inMemory()) {
      memory.putMany("k", COUNT, 1);
      memory.awaitGraphVectors(COUNT, query);
      memory.putMany("l", 100, 2);
      memory.awaitGraphVectors(COUNT + 100, query);
      assertEquals(SearchPlan.Tier.GRAPH, memory.similar(10, query).plan().tier());
    }
  }
}
