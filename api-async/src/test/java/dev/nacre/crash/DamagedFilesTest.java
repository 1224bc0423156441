package dev.nacre.crash;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.Maintenance;
import dev.nacre.error.CorruptionException;
import dev.nacre.error.FormatException;
import dev.nacre.error.NacreException;
import dev.nacre.maintain.VerifyReport;
import dev.nacre.model.Durability;
import dev.nacre.search.SearchRequest;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.Sweeping;
import dev.nacre.testing.Damage;
import dev.nacre.testing.OracleModel;
import dev.nacre.testing.OracleWorkload;
import dev.nacre.testing.TestDirectories;
import dev.nacre.vector.VectorEngine;
import dev.nacre.vector.VectorOptions;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Goal: damage is never silent. Method: of a real directory, each file in turn is removed, cut or
 * has a bit flipped; then everything in it is opened, read, searched and verified. Either the file
 * is named, or everything that was acknowledged is there; what no checksum covers may pass, what is
 * missing may not.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DamagedFilesTest {
  private static final int COMMITS = 60;
  private static final int FILES_OF_A_KIND = 4;
  private static final VectorOptions VECTORS = new VectorOptions(null, 1 << 20, 10);

  private Path work = Path.of("");
  private Path closed = Path.of("");
  private Path killed = Path.of("");
  private final OracleModel model = new OracleModel();

  /** How the directory was left. */
  enum Left {
    /** Closed in order. */
    CLOSED,
    /** As a killed process leaves it. */
    KILLED
  }

  private enum Harm {
    MISSING,
    HALF,
    FIRST_BYTE_FLIPPED,
    MIDDLE_FLIPPED
  }

  private enum Outcome {
    /** Opening refused, and named the file. */
    REFUSED,
    /** Reading failed, and named the file. */
    FAILED_LATER,
    /** Everything was there, verification named the file. */
    VERIFIED,
    /** Everything was there, and nothing is wrong. */
    HARMLESS
  }

  @BeforeAll
  void fill() throws Exception {
    work = TestDirectories.createInMemory("nacre-damaged");
    closed = work.resolve("closed");
    killed = work.resolve("killed");
    try (Store store = open(closed);
        VectorEngine engine = VectorEngine.open(store, VECTORS)) {
      commit(store, 0, COMMITS / 2);
      var _ = store.compact();
      commit(store, COMMITS / 2, COMMITS);
      await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () -> {
                var _ = engine.similar(SearchRequest.byVector(OracleWorkload.VECTORS, query()));
                return engine.statistics().graphs() > 0
                    && engine.statistics().buildingGraphs() == 0;
              });
      model.follow(store);
      TestDirectories.copy(closed, killed);
    }
    // The process that owned it is no more.
    Path owner = killed.resolve("OWNER");
    Path _ =
        Files.writeString(
            owner, Files.readString(owner).replaceAll("pid=\\d+", "pid=" + Integer.MAX_VALUE));
  }

  @AfterAll
  void delete() throws IOException {
    TestDirectories.delete(work);
  }

  @ParameterizedTest
  @EnumSource
  void everyFile_harmedInEveryWay_isNamedOrHarmless(Left left) throws IOException {
    Path intact = left == Left.CLOSED ? closed : killed;
    Map<String, List<String>> outcomes = new TreeMap<>();
    List<Throwable> failures = new ArrayList<>();
    Map<String, Integer> harmed = new HashMap<>();
    for (Path file : files(intact)) {
      if (harmed.merge(kind(file), 1, Integer::sum) > FILES_OF_A_KIND) {
        continue;
      }
      for (Harm harm : Harm.values()) {
        Path directory = work.resolve("harmed");
        TestDirectories.copy(intact, directory);
        if (harm(directory.resolve(file), harm)) {
          try {
            String outcome = harm + " " + outcome(directory, file);
            outcomes.computeIfAbsent(kind(file), _ -> new ArrayList<>()).add(outcome);
          } catch (AssertionError e) {
            failures.add(new AssertionError(file + " " + harm, e));
          }
        }
        TestDirectories.delete(directory);
      }
    }
    outcomes.forEach((kind, of) -> System.out.println(left + " " + kind + ": " + of));
    AssertionError all = new AssertionError(failures.size() + " of the harms");
    failures.forEach(all::addSuppressed);
    if (!failures.isEmpty()) {
      throw all;
    }
    // The kinds there are, so that none is left out by a mistake.
    assertTrue(
        outcomes
            .keySet()
            .containsAll(
                List.of("CURRENT", "FORMAT", "MANIFEST", "OPTIONS", "index", "log", "sst")),
        () -> outcomes.keySet().toString());
  }

  private Outcome outcome(Path directory, Path file) {
    VerifyReport before;
    try {
      before = Maintenance.verify(directory).join();
    } catch (CompletionException e) {
      assertNames(assertTyped(e.getCause()), file);
      return assertRefuses(directory, file);
    }
    boolean named =
        (kind(file).equals("log") && !before.problems().isEmpty())
            || before.problems().stream().anyMatch(problem -> names(problem.toString(), file));
    try (Store store = open(directory)) {
      try (VectorEngine engine = VectorEngine.open(store, VECTORS)) {
        assertEquals(model.version(), store.now().version(), "commits are missing");
        OracleModel found = new OracleModel();
        found.follow(store);
        for (long version = 1; version <= model.version(); version++) {
          assertEquals(model.token(version), found.token(version));
        }
        found.compareVersions(store, found.version() - 2, found.version());
        found.compareVersions(store, 1, 2);
        found.compareAt(store, found.version(), new Random(1));
        var hits = engine.similar(SearchRequest.byVector(OracleWorkload.VECTORS, query())).hits();
        assertEquals(10, hits.size());
      } catch (CorruptionException e) {
        assertNames(e, file);
        assertTrue(named, () -> "verification has not found " + file + ": " + before.problems());
        return Outcome.FAILED_LATER;
      }
    } catch (NacreException e) {
      assertNames(assertTyped(e), file);
      return Outcome.REFUSED;
    }
    if (named) {
      return Outcome.VERIFIED;
    }
    assertEquals(List.of(), Maintenance.verify(directory).join().problems());
    return Outcome.HARMLESS;
  }

  private static Outcome assertRefuses(Path directory, Path file) {
    try (Store _ = open(directory)) {
      throw new AssertionError(file + " was opened, though it cannot be verified");
    } catch (NacreException e) {
      assertNames(assertTyped(e), file);
      return Outcome.REFUSED;
    }
  }

  private static NacreException assertTyped(@Nullable Throwable e) {
    if (e instanceof CorruptionException || e instanceof FormatException) {
      return (NacreException) e;
    }
    throw new AssertionError("not of the types for damage", e);
  }

  /** Of a log that is not there nobody knows the name: what was in it is missing. */
  private static void assertNames(NacreException e, Path file) {
    if (kind(file).equals("log") && e instanceof CorruptionException) {
      return;
    }
    assertTrue(
        names(e.getMessage() + e.details(), file),
        () -> file + " is not named: " + e.getMessage() + " " + e.details());
  }

  private static boolean names(String text, Path file) {
    return text.contains(String.valueOf(file.getFileName()));
  }

  private static String kind(Path file) {
    String name = String.valueOf(file.getFileName());
    if (file.startsWith("index")) {
      return "index";
    }
    if (name.endsWith(".sst") || name.endsWith(".log")) {
      return name.substring(name.indexOf('.') + 1);
    }
    int dash = name.indexOf('-');
    return dash < 0 ? name : name.substring(0, dash);
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> walk = Files.walk(directory)) {
      return walk.filter(Files::isRegularFile).map(directory::relativize).sorted().toList();
    }
  }

  /** Whether there was anything to harm. */
  private static boolean harm(Path file, Harm harm) throws IOException {
    long size = Files.size(file);
    if (size == 0 && harm != Harm.MISSING) {
      return false;
    }
    switch (harm) {
      case MISSING -> Files.delete(file);
      case HALF -> cut(file, size / 2);
      case FIRST_BYTE_FLIPPED -> Damage.flip(file, 0);
      case MIDDLE_FLIPPED -> Damage.flip(file, size / 2);
    }
    return true;
  }

  private static void cut(Path file, long size) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      FileChannel _ = channel.truncate(size);
    }
  }

  private static Store open(Path directory) {
    return Store.open(
        StoreOptions.in(directory)
            .withBlockCacheBytes(1 << 20)
            .withWriteBufferBytes(1 << 20)
            .withSweeping(new Sweeping(Duration.ZERO, Duration.ofMillis(2))));
  }

  private static void commit(Store store, int from, int to) throws Exception {
    for (int i = from; i < to; i++) {
      var _ =
          store
              .commit(OracleWorkload.batch("t" + i), Durability.SYNC, Duration.ofSeconds(30))
              .get(30, SECONDS);
    }
  }

  private static float[] query() {
    float[] query = new float[OracleWorkload.SPACES.getFirst().dimension()];
    java.util.Arrays.fill(query, 0.5f);
    return query;
  }
}
