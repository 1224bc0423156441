package dev.nacre.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nacre.bench.data.CacheFolder;
import dev.nacre.bench.run.PeersRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every command runs, at the smallest scale; the figures are not judged. */
class BenchTest {
  @TempDir private Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @ParameterizedTest
  @CsvSource({
    "put, 'puts a second, Nacre / RocksDB, 64 callers'",
    "get, 'absent p50, Nacre / RocksDB'",
    "as-of, 'p50, Nacre / RocksDB, 10 versions'",
    "scan, 'records a second, Nacre / RocksDB'",
    "size, 'get p50, Nacre / RocksDB, 300 records'",
    "namespaces, 'get p50, half of them deleted / alone'",
    "tx, 'with / without a key'",
    "watch, 'thousand changes a second, without values, commits of 100'",
    "load, 'time, Nacre / RocksDB, batches of 5,000'",
    "search, 'search p50, Nacre / Lucene at recall 0.99'",
    "similarity, 'scan / memory bandwidth'",
    "as-of-search, 'search p50, past / present'"
  })
  void run_tiny_printsTheRatioAndCleansUp(String command, String ratio) throws IOException {
    assertEquals(0, run(command, "--scale", "tiny", "--cache", folder.toString()), err::toString);

    assertTrue(out.toString().lines().anyMatch(line -> line.contains(ratio)), out::toString);
    assertEquals(List.of(), filesIn(folder));
  }

  @Test
  void all_tiny_runsEverything() throws IOException {
    assertEquals(0, run("all", "--scale", "tiny", "--cache", folder.toString()), err::toString);

    for (String section :
        List.of(
            "Environment", "Puts, values", "Gets of", "durable and searchable", "Ten nearest")) {
      assertTrue(
          out.toString().lines().anyMatch(line -> line.startsWith("==") && line.contains(section)),
          () -> section + " is missing in " + out);
    }
    assertEquals(List.of(), filesIn(folder));
  }

  /** Where somebody has compared before: installing takes minutes, and a compiler. */
  @Test
  void peers_tiny_comparesWithEveryLibraryInstalled() throws IOException {
    Path installed = CacheFolder.ofUser().resolve("peers").resolve("requirements.txt");
    Path wanted = Path.of("peers", "requirements.txt");
    assumeTrue(
        Files.exists(installed) && Files.mismatch(wanted, installed) < 0,
        "the libraries to compare with are not installed; \"bench/run peers\" does it");
    assertEquals(0, run("peers", "--scale", "tiny", "--dir", folder.toString()), err::toString);

    for (String name : PeersRun.NAMES) {
      assertTrue(out.toString().contains("   " + name + ", all searchable"), out::toString);
    }
    assertTrue(out.toString().contains("p50, chroma / Nacre, unfiltered"), out::toString);
    assertEquals(List.of(), filesIn(folder));
  }

  @Test
  void peers_unknownName_saysWhichAreKnown() {
    assertEquals(1, run("peers", "--scale", "tiny", "--peer", "oracle"));

    assertTrue(err.toString().contains("peer oracle is unknown"), err::toString);
    assertTrue(err.toString().contains("sqlite-vec"), err::toString);
  }

  @Test
  void prepare_twice_embedsOnce() throws IOException {
    Path texts = folder.resolve("texts.jsonl");
    StringBuilder lines = new StringBuilder();
    List<String> animals = List.of("otter", "heron", "mole", "wren", "newt", "stoat", "carp");
    for (int i = 0; i < 42; i++) {
      lines.append(
          """
          {"id":"t:%d","text":"%s number %d lives by the river","metadata":{"section":"%s","tags":["a","b"],"n":%d}}
          """
              .formatted(i, animals.get(i % 7), i, animals.get(i % 7), i));
    }
    Path _ = Files.writeString(texts, lines);
    String[] prepare = {"prepare", "--base", "30", "--queries", "10", "--cache", folder.toString()};

    assertEquals(0, run(prepare), err::toString);
    Path vectors = folder.resolve("minilm-30-10.vec");
    byte[] made = Files.readAllBytes(vectors);
    assertTrue(made.length > 40 * 384 * 4);
    assertEquals(0, run(prepare), err::toString);

    assertEquals(1, out.toString().lines().filter(line -> line.startsWith("wrote ")).count());
  }

  @ParameterizedTest
  @ValueSource(strings = {"real-0", "real-101k", "imaginary-10", "clustered-"})
  void search_datasetThatIsNone_saysSo(String name) {
    assertEquals(1, run("search", "--scale", "tiny", "--dataset", name));

    assertTrue(err.toString().contains("dataset " + name), err::toString);
  }

  private int run(String... arguments) {
    return Bench.run(new PrintWriter(out), new PrintWriter(err), arguments);
  }

  private static List<Path> filesIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }
}
