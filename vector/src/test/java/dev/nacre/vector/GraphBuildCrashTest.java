package dev.nacre.vector;

import static dev.nacre.vector.SearchFixture.DIMENSION;
import static dev.nacre.vector.SearchFixture.vector;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process killed while it builds a graph, and again while it extends one. */
class GraphBuildCrashTest {
  private static final int COUNT = 3_000;

  @TempDir Path directory;

  @Test
  void kill_duringBuild_everythingIsSearchableAndTheGraphIsBuiltAgain() throws Exception {
    killChild();
    try (SearchFixture db = SearchFixture.in(directory)) {
      float[] query = vector(new Random(5), DIMENSION);
      assertEquals(COUNT, db.similar(10, query).plan().candidates());
      db.awaitGraphVectors(COUNT, query);
    }
    // Now there is a graph, and the child writes on top of it.
    killChild();
    try (SearchFixture db = SearchFixture.in(directory)) {
      float[] query = vector(new Random(6), DIMENSION);
      assertEquals(2 * COUNT, db.similar(10, query).plan().candidates());
      db.awaitGraphVectors(2 * COUNT, query);
      assertEquals(2 * COUNT, db.similar(10, query).plan().candidates());
    }
  }

  private void killChild() throws IOException, InterruptedException {
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
                Integer.toString(COUNT))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
      List<String> seen = lines.lines().takeWhile(line -> !line.equals("building")).toList();
      assertTrue(child.isAlive(), seen::toString);
    } finally {
      child.destroyForcibly();
      assertTrue(child.waitFor() != 0);
    }
    assertTrue(Files.isDirectory(directory.resolve("index")));
  }

  /** Writes vectors, starts a build and says so; then it waits to be killed. */
  static final class Child {
    private Child() {}

    /** Runs it. */
    public static void main(String[] args) {
      SearchFixture db = SearchFixture.in(Path.of(args[0]));
      long before = db.store().now().version();
      db.putMany("at" + before + "-", Integer.parseInt(args[1]), before);
      float[] query = vector(new Random(1), DIMENSION);
      while (db.engine().statistics().buildingGraphs() == 0) {
        int found = db.similar(1, query).hits().size();
        if (found != 1) {
          throw new IllegalStateException("found " + found);
        }
      }
      System.out.println("building");
      System.out.flush();
      // The parent kills us: there is nothing to wait for.
      LockSupport.park();
    }
  }
}
