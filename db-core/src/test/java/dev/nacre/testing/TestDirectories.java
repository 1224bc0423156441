package dev.nacre.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Directories of tests that JUnit's own temporary directories do not fit. */
public final class TestDirectories {
  private TestDirectories() {}

  /**
   * A new directory in memory where the system has such a file system, elsewhere otherwise; to be
   * deleted by the caller.
   */
  public static Path createInMemory(String name) throws IOException {
    Path memory = Path.of("/dev/shm");
    return (Files.isDirectory(memory) && Files.isWritable(memory)
            ? Files.createTempDirectory(memory, name)
            : Files.createTempDirectory(name))
        .toRealPath();
  }

  /** What is done in a directory. */
  public interface Body {
    /** Does it; the directory is not there yet. */
    void run(Path directory) throws Exception;
  }

  /** Does something in a new directory, which is deleted afterwards with what is beside it. */
  public static void inNew(String name, Body body) throws Exception {
    Path parent = Files.createTempDirectory(name);
    try {
      body.run(parent.resolve("db"));
    } finally {
      delete(parent);
    }
  }

  /** Deletes a directory with everything in it. */
  public static void delete(Path directory) throws IOException {
    for (Path path : below(directory).reversed()) {
      Files.deleteIfExists(path);
    }
  }

  /** The same, of one that may be absent. */
  public static void deleteIfThere(Path directory) throws IOException {
    if (Files.exists(directory)) {
      delete(directory);
    }
  }

  /**
   * Copies a directory as it is now: of a store that is open and quiet, this is what a killed
   * process would leave behind. Files that vanish meanwhile are left out.
   */
  public static void copy(Path from, Path to) throws IOException {
    for (Path path : below(from)) {
      Path target = to.resolve(from.relativize(path).toString());
      try {
        var _ = Files.copy(path, target);
      } catch (NoSuchFileException e) {
        if (!Files.exists(target.getParent())) {
          throw e;
        }
      }
    }
  }

  private static List<Path> below(Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      return paths.sorted(Comparator.naturalOrder()).toList();
    }
  }
}
