package dev.nacre.vector;

import static dev.nacre.vector.SearchFixture.DIMENSION;
import static dev.nacre.vector.SearchFixture.keys;
import static dev.nacre.vector.SearchFixture.vector;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.nacre.model.AsOf;
import dev.nacre.search.SearchPlan;
import dev.nacre.store.StorageProbe;
import dev.nacre.store.StoreOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A process that dies while it builds an epoch: nothing is wrong afterwards, and it is built. */
class EpochCrashTest {
  private static final int COUNT = 300;
  private static final int DIED = 41;

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(
      value = StorageProbe.Step.class,
      names = {"INDEX_BEGUN", "INDEX_FED", "INDEX_COMMITTED", "INDEX_ADOPTED"})
  void dies_whileAnEpochIsBuilt_isBuiltAgain(StorageProbe.Step step) throws Exception {
    assertEquals(DIED, runChild(step));
    try (SearchFixture db = SearchFixture.in(directory)) {
      float[] query = vector(new Random(5), DIMENSION);
      long version = db.store().now().version() - 1;
      List<String> exact = keys(db.similarAsOf(10, AsOf.version(version), query));
      Awaitility.await()
          .pollInterval(Duration.ofMillis(5))
          .until(
              () ->
                  db.similarAsOf(10, AsOf.version(version), query).plan().tier()
                      == SearchPlan.Tier.EPOCH);
      assertEquals(exact, keys(db.similarAsOf(10, AsOf.version(version), query)));
      assertEquals(COUNT, db.similarAsOf(10, AsOf.version(version), query).plan().candidates());
    }
    try (Stream<Path> tree = Files.walk(directory.resolve("index"), 2)) {
      assertEquals(
          1, tree.filter(path -> path.getFileName().toString().startsWith("epoch-")).count());
    }
  }

  private int runChild(StorageProbe.Step step) throws IOException, InterruptedException {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--add-modules=jdk.incubator.vector",
                "-Xmx512m",
                "-cp",
                classPath,
                Child.class.getName(),
                directory.toString(),
                step.name())
            .inheritIO()
            .start();
    return child.waitFor();
  }

  /** Writes vectors, searches the past, and dies at a step of what that starts. */
  static final class Child {
    private Child() {}

    /** Runs it. */
    public static void main(String[] args) {
      StorageProbe.Step last = StorageProbe.Step.valueOf(args[1]);
      StorageProbe probe =
          new StorageProbe() {
            @Override
            public void reached(Step step) {
              if (step == last) {
                Runtime.getRuntime().halt(DIED);
              }
            }
          };
      SearchFixture db =
          SearchFixture.of(
              StoreOptions.in(Path.of(args[0])).withProbe(probe), SearchFixture.OPTIONS);
      long version = db.putMany("k", COUNT, 1).version();
      var _ = db.putMany("k", COUNT / 3, 2);
      version++;
      var _ = db.put("other", vector(new Random(3), DIMENSION));
      // Only the past is searched, so the only index is the epoch's.
      int found =
          db.similarAsOf(1, AsOf.version(version), vector(new Random(1), DIMENSION)).hits().size();
      if (found != 1) {
        throw new IllegalStateException("found " + found);
      }
      LockSupport.park();
    }
  }
}
