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

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.nacre.error.HistoryDroppedException;
import dev.nacre.filter.Filter;
import dev.nacre.maintain.PurgeRequest;
import dev.nacre.model.AsOf;
import dev.nacre.model.Embedding;
import dev.nacre.model.Metadata;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Retention;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.search.Hit;
import dev.nacre.search.SearchPlan;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.Sweeping;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The life of epochs: built, reopened, stretched, damaged, dropped and purged. */
class EpochTest {
  private static final int COUNT = 300;

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

  /** Overwrites every key so often, a tenth in each commit; answers the version before. */
  @CanIgnoreReturnValue
  private long churn(int count, int rounds) {
    long before = db.putMany("k", count, 1).version();
    Random random = new Random(7);
    for (int round = 0; round < rounds; round++) {
      for (int part = 0; part < 10; part++) {
        WriteBatch.Builder batch = WriteBatch.builder();
        for (int i = part; i < count; i += 10) {
          batch.put(
              NS,
              "k" + i,
              Value.text("v" + round),
              Metadata.of(Map.of("i", i, "even", i % 2 == 0, "round", round)),
              Embedding.of(COSINE, vector(random, DIMENSION)));
        }
        db.commit(batch.build());
      }
    }
    return before;
  }

  @CanIgnoreReturnValue
  private SearchResult past(long version, int k) {
    return db.similarAsOf(k, AsOf.version(version), query);
  }

  /** Searches as of a version until an epoch answers. */
  @CanIgnoreReturnValue
  private SearchResult awaitEpoch(long version, int k) {
    Awaitility.await()
        .pollInterval(Duration.ofMillis(5))
        .until(() -> past(version, k).plan().tier() == SearchPlan.Tier.EPOCH);
    return past(version, k);
  }

  private static List<String> described(SearchResult result) {
    return result.hits().stream()
        .map(hit -> hit.key() + ", score " + hit.score() + ", version " + hit.embeddingVersion())
        .toList();
  }

  private List<Path> epochDirectories() {
    try (Stream<Path> tree = Files.walk(directory.resolve("index"), 2)) {
      return tree.filter(path -> path.getFileName().toString().startsWith("epoch-")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitIdle() {
    Awaitility.await().until(() -> db.engine().statistics().buildingGraphs() == 0);
  }

  @Test
  void smallSpace_epochInMemory_isExactLikeStorage() {
    int count = 120;
    long before = churn(count, 5);
    for (long version = before; version < before + 50; version += 7) {
      SearchResult exact = past(version, 10);
      SearchResult epoch = awaitEpoch(version, 10);
      assertTrue(epoch.exact());
      assertEquals(described(exact), described(epoch), "at " + version);
      assertEquals(count, epoch.plan().candidates());
    }
    assertEquals(List.of(), epochDirectories());
  }

  @Test
  void largeSpace_epochWithGraph_findsWhatStorageFinds() {
    long before = churn(COUNT, 5);
    int found = 0;
    int graphs = 0;
    for (long version = before + 2; version < before + 50; version += 9) {
      SearchResult exact = past(version, 10);
      SearchResult epoch = awaitEpoch(version, 10);
      graphs += epoch.exact() ? 0 : 1;
      List<String> nearest = described(exact);
      found += (int) described(epoch).stream().filter(nearest::contains).count();
      assertEquals(COUNT, epoch.plan().candidates());
    }
    assertTrue(graphs > 0);
    assertTrue(found >= 6 * 10 - 2, "found " + found);
    // Churn of five times what is live: no more than an epoch for each.
    int epochs = epochDirectories().size();
    assertTrue(epochs >= 4 && epochs <= 7, epochs + " epochs");
  }

  @Test
  void epochs_reopened_answerFromTheirFiles() throws IOException {
    long version = churn(COUNT, 3) + 12;
    SearchResult before = awaitEpoch(version, 10);
    awaitIdle();
    List<Path> there = epochDirectories();
    assertEquals(1, there.size());
    Path segments = segments(there.getFirst());
    var written = Files.getLastModifiedTime(segments);
    db.reopen();
    assertEquals(described(before), described(awaitEpoch(version, 10)));
    assertEquals(there, epochDirectories());
    assertEquals(written, Files.getLastModifiedTime(segments));
  }

  private static Path segments(Path epoch) throws IOException {
    try (Stream<Path> files = Files.list(epoch)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("segments_"))
          .findFirst()
          .orElseThrow();
    }
  }

  /** What {@code verify} says of the indexes while nobody has them open. */
  private final class Verification {
    private final String lineage;
    private final long version;

    Verification(String lineage, long version) {
      this.lineage = lineage;
      this.version = version;
    }

    /** Where there is something wrong. */
    List<String> problems() {
      List<String> found = new ArrayList<>();
      long files =
          IndexCheck.run(
              directory.resolve("index"), lineage, version, problem -> found.add(problem.place()));
      assertTrue(files > 0 || !found.isEmpty());
      return found;
    }
  }

  @Test
  void damagedEpoch_isRebuilt() throws IOException {
    long version = churn(COUNT, 3) + 12;
    SearchResult before = awaitEpoch(version, 10);
    awaitIdle();
    Path epoch = epochDirectories().getFirst();
    Verification verified = new Verification(db.store().lineage(), db.store().now().version());
    db.reopen(
        () -> {
          assertEquals(List.of(), verified.problems());
          try (Stream<Path> files = Files.list(epoch)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".vec")).toList()) {
              byte[] bytes = Files.readAllBytes(file);
              bytes[bytes.length / 2] ^= 8;
              Files.write(file, bytes);
            }
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          assertEquals(List.of(epoch.toString()), verified.problems());
        });
    assertEquals(described(before), described(past(version, 10)));
    assertEquals(described(before), described(awaitEpoch(version, 10)));
    // And the part of one that a crash left.
    awaitIdle();
    db.reopen(
        () -> {
          try (Stream<Path> tree = Files.walk(directory.resolve("index"))) {
            for (Path file :
                tree.filter(f -> f.getFileName().toString().startsWith("segments_")).toList()) {
              Files.delete(file);
            }
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    assertEquals(described(before), described(awaitEpoch(version, 10)));
    awaitIdle();
    assertEquals(1, epochDirectories().size());
  }

  @Test
  void purge_deletesEpochsBeforeItReturns_andTheyAreRebuilt() {
    long version = churn(COUNT, 3) + 12;
    List<String> before = keys(awaitEpoch(version, 10));
    String purged = before.getFirst();
    assertFalse(epochDirectories().isEmpty());
    var _ = db.store().purge(PurgeRequest.key(NS, purged), id -> db.engine().forget(id));
    assertEquals(List.of(), epochDirectories());
    List<String> after = keys(past(version, 10));
    assertFalse(after.contains(purged));
    assertEquals(before.subList(1, 10), after.subList(0, 9));
    assertEquals(after, keys(awaitEpoch(version, 10)));
    db.reopen();
    assertEquals(after, keys(awaitEpoch(version, 10)));
  }

  @Test
  void retention_dropsEpochs_andRefusesWhatTheyHeld() {
    db.close();
    db =
        SearchFixture.of(
            StoreOptions.in(directory)
                .withSweeping(new Sweeping(Duration.ZERO, Duration.ofMillis(1))),
            SearchFixture.OPTIONS);
    long version = churn(COUNT, 3) + 3;
    awaitEpoch(version, 10);
    awaitIdle();
    assertEquals(1, epochDirectories().size());
    db.commit(
        WriteBatch.of(
            new Write.Configure(
                NS,
                NamespaceOptions.DEFAULT.withRetention(Retention.duration(Duration.ofMillis(1))))));
    Awaitility.await()
        .untilAsserted(
            () -> {
              var _ = db.store().sweep(() -> false);
              assertThrows(HistoryDroppedException.class, () -> past(version, 10));
            });
    Awaitility.await()
        .until(
            () -> {
              // The follower looks after a commit, at most once a second.
              db.put("other", query);
              return epochDirectories().isEmpty();
            });
  }

  @Test
  void filters_holdAsOfTheMoment() {
    int count = 140;
    long before = churn(count, 4);
    long version = before + 15;
    awaitEpoch(version, 10);
    for (Filter filter :
        List.of(
            Filter.eq("even", true),
            Filter.eq("round", 0),
            Filter.eq("i", 5),
            Filter.eq("i", -1))) {
      SearchRequest request =
          SearchRequest.byVector(NS, query)
              .withK(10)
              .withFilter(filter)
              .withAsOf(AsOf.version(version));
      SearchResult epoch = db.engine().similar(request);
      List<String> expected =
          past(version, 2 * count).hits().stream()
              .filter(hit -> filter.matches(hit.record().metadata()))
              .limit(10)
              .map(Hit::key)
              .toList();
      assertEquals(expected, keys(epoch), filter.toString());
      assertTrue(epoch.exact());
    }
  }

  @Test
  void expiredDeletedAndRewritten_areAsTheyWere() {
    long start = churn(120, 1);
    float[] near = query.clone();
    Instant end = db.store().now().instant().plusSeconds(3600);
    long put = db.putExpiring("brief", end, near).version();
    long deleted = db.delete("brief").version();
    long again = db.put("brief", near).version();
    churn(120, 1);
    assertFalse(keys(awaitEpoch(start, 200)).contains("brief"));
    assertEquals("brief", keys(awaitEpoch(put, 3)).getFirst());
    assertFalse(keys(awaitEpoch(deleted, 200)).contains("brief"));
    assertEquals(again, awaitEpoch(again, 1).hits().getFirst().embeddingVersion());
  }

  @Test
  void tail_growsWithWhatComes() {
    db.putMany("k", COUNT, 1);
    long version = db.putMany("k", 100, 2).version();
    db.put("other", query);
    awaitEpoch(version, 10);
    awaitIdle();
    assertEquals(1, epochDirectories().size());
    // A little more: exact. Much more: the same epoch, read again.
    db.put("other", vector(new Random(3), DIMENSION));
    db.put("other", vector(new Random(4), DIMENSION));
    long later = db.store().now().version() - 1;
    past(later, 10);
    awaitIdle();
    assertEquals(SearchPlan.Tier.EXACT_AS_OF, past(later, 10).plan().tier());
    db.putMany("k", COUNT / 4, 5);
    db.put("other", query);
    long much = db.store().now().version() - 1;
    SearchResult exact = past(much, 10);
    assertEquals(keys(exact), keys(awaitEpoch(much, 10)));
    awaitIdle();
    assertEquals(1, epochDirectories().size());
    assertEquals(SearchPlan.Tier.EPOCH, past(version, 10).plan().tier());
  }

  @Test
  void untouchedSince_epochAnswersForWhatFollows() {
    churn(COUNT, 2);
    long version = db.store().now().version();
    db.put("elsewhere", "a", COSINE, Metadata.EMPTY, query);
    awaitEpoch(version, 10);
    for (int i = 0; i < 5; i++) {
      db.put("elsewhere", "a", COSINE, Metadata.EMPTY, query);
    }
    long later = db.store().now().version() - 1;
    assertEquals(described(past(version, 10)), described(awaitEpoch(later, 10)));
    assertEquals(1, epochDirectories().size());
  }

  @Test
  void memoryFull_epochsGiveWay_andComeBack() {
    db.close();
    db =
        SearchFixture.of(
            StoreOptions.in(directory), new VectorOptions(null, 1L << 20, Integer.MAX_VALUE));
    long before = churn(2_000, 6);
    List<SearchResult> exact = new ArrayList<>();
    for (long version = before; version < before + 60; version += 10) {
      exact.add(past(version, 10));
    }
    for (int turn = 0; turn < 2; turn++) {
      int i = 0;
      for (long version = before; version < before + 60; version += 10) {
        assertEquals(described(exact.get(i++)), described(awaitEpoch(version, 10)));
        assertTrue(db.engine().statistics().blockBytes() < 4L << 20);
      }
    }
  }

  @Test
  void oldEpochs_ofSpacesNobodySearches_goWhenOpened() throws IOException {
    long version = churn(COUNT, 3) + 3;
    awaitEpoch(version, 10);
    awaitIdle();
    Path epoch = epochDirectories().getFirst();
    db.close();
    db =
        SearchFixture.of(
            StoreOptions.in(directory)
                .withSweeping(new Sweeping(Duration.ZERO, Duration.ofMillis(1))),
            SearchFixture.OPTIONS);
    db.commit(
        WriteBatch.of(
            new Write.Configure(
                NS,
                NamespaceOptions.DEFAULT.withRetention(Retention.duration(Duration.ofMillis(1))))));
    int id = db.store().namespace(db.store().now(), NS).orElseThrow().id();
    Awaitility.await()
        .until(
            () -> {
              var _ = db.store().sweep(() -> false);
              return db.store().oldestReadable(id) == db.store().now().version();
            });
    assertTrue(Files.isDirectory(epoch));
    db.reopen();
    Awaitility.await().until(() -> !Files.isDirectory(epoch));
  }
}
