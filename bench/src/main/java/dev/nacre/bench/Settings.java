package dev.nacre.bench;

import dev.nacre.bench.data.CacheFolder;
import dev.nacre.bench.data.Collection;
import dev.nacre.bench.data.Datasets;
import dev.nacre.bench.peer.PeerPackages;
import dev.nacre.bench.report.Environment;
import dev.nacre.bench.report.Report;
import dev.nacre.bench.run.Scale;
import dev.nacre.bench.run.Workplace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Options of every command that measures. */
final class Settings {
  private static final int BOUND_MISSED = 1;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--scale",
      paramLabel = "SCALE",
      defaultValue = "full",
      description =
          "full: what the documentation quotes; quick: whether it works, on generated vectors;"
              + " tiny: seconds. Default: ${DEFAULT-VALUE}")
  private Size size = Size.FULL;

  @Option(
      names = "--cache",
      paramLabel = "DIR",
      description = "Where texts and vectors are kept; default: the user's cache folder")
  private Optional<Path> cache = Optional.empty();

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Where databases are made and deleted: name a disk; default: in the cache")
  private Optional<Path> folder = Optional.empty();

  @Option(names = "--enforce", description = "Exit with 1 when a bound does not hold")
  private boolean enforce;

  /** Names of scales. */
  enum Size {
    FULL,
    QUICK,
    TINY
  }

  /** What a command measures. */
  @FunctionalInterface
  interface Measurement {
    /** Measures in {@code place} and reports there. */
    void run(Workplace place) throws Exception;
  }

  /** Prints the environment, measures, prints the bounds; returns the exit code. */
  int measure(Measurement measurement) throws Exception {
    Path base = Files.createDirectories(folder.orElseGet(this::cacheFolder));
    Path work = Files.createTempDirectory(base, "databases-");
    Report report = new Report(spec.commandLine().getOut());
    Environment.print(report, work);
    Workplace place = new Workplace(work, report, scale());
    try {
      measurement.run(place);
    } finally {
      Workplace.delete(work);
    }
    boolean holds = report.summary();
    if (size != Size.FULL) {
      report.line("   Measured at a small scale, where nothing is judged by these.");
    }
    return holds || !enforce ? 0 : BOUND_MISSED;
  }

  /** The names of the datasets that are searched by default. */
  List<String> searched() {
    return switch (size) {
      case FULL -> List.of("real-10k", "real-100k", "clustered-300k");
      case QUICK -> List.of("clustered-25k");
      case TINY -> List.of("clustered-400");
    };
  }

  /** The names of the datasets that are searched beside other libraries by default. */
  List<String> compared() {
    return switch (size) {
      case FULL -> List.of("real-10k", "real-100k", "clustered-100k");
      case QUICK -> List.of("clustered-25k");
      case TINY -> List.of("clustered-400");
    };
  }

  /** Where the scripts are that drive other libraries. */
  Path peers() {
    return home().resolve("peers");
  }

  /** Other libraries, installed into the cache folder when they are not there. */
  PeerPackages peerPackages() throws IOException, InterruptedException {
    spec.commandLine().getOut().println("looking for the libraries to compare with");
    return PeerPackages.install(peers(), cacheFolder().resolve("peers"));
  }

  /** The name of the dataset that is loaded. */
  String loaded() {
    return switch (size) {
      case FULL -> "real-100k";
      case QUICK -> "clustered-5k";
      case TINY -> "clustered-300";
    };
  }

  /** The name of the dataset whose past is searched by default: an eleventh of it is live. */
  String past() {
    return switch (size) {
      case FULL -> "real-100k";
      case QUICK -> "clustered-25k";
      case TINY -> "clustered-2k";
    };
  }

  /** Makes real datasets, when any of {@code names} is one and they are not there. */
  void prepare(List<String> names) throws IOException, InterruptedException {
    if (names.stream().anyMatch(Datasets::isReal)) {
      prepare(Datasets.REAL_BASE, Datasets.REAL_QUERIES);
    }
  }

  /** Makes texts, and embeds so many of them, unless that was done. */
  void prepare(int base, int queries) throws IOException, InterruptedException {
    collection().prepare(script(), base, queries, spec.commandLine().getOut());
  }

  /** Where datasets come from. */
  Datasets datasets() {
    return new Datasets(collection());
  }

  private Scale scale() {
    return switch (size) {
      case FULL -> Scale.FULL;
      case QUICK -> Scale.QUICK;
      case TINY -> Scale.TINY;
    };
  }

  private Collection collection() {
    return new Collection(cacheFolder());
  }

  private Path cacheFolder() {
    return cache.orElseGet(CacheFolder::ofUser);
  }

  /** The script that makes texts. */
  private static Path script() {
    return home().resolve("data").resolve("make_texts.py");
  }

  /** The directory of bench/run, which names it. */
  private static Path home() {
    return Path.of(System.getProperty("nacre.bench.home", "bench"));
  }
}
