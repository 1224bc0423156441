package dev.nacre.vector;

import dev.nacre.maintain.Problem;
import dev.nacre.maintain.Problem.Area;
import dev.nacre.maintain.Problem.Remedy;
import dev.nacre.vector.graph.GraphCheck;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;

/** Checks the index files of a directory that nobody has open. Nothing is written. Stateless. */
public final class IndexCheck {
  private IndexCheck() {}

  /**
   * Reads every graph and compares its checksums, and its version with the store's. One of another
   * lineage is no problem: it is deleted when it is next looked for.
   *
   * @param index the directory of derived indexes
   * @param lineage of the store
   * @param version the newest version of the store
   * @param sink is told what is wrong
   * @return how many files were read
   */
  public static long run(Path index, String lineage, long version, Consumer<Problem> sink) {
    long files = 0;
    try {
      for (Path namespace : directories(index)) {
        for (Path space : directories(namespace)) {
          files +=
              GraphCheck.run(
                  space,
                  lineage,
                  version,
                  what ->
                      sink.accept(new Problem(Area.INDEX, space.toString(), what, Remedy.REPAIR)));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return files;
  }

  private static List<Path> directories(Path parent) throws IOException {
    List<Path> found = new ArrayList<>();
    try (var entries = Files.newDirectoryStream(parent, Files::isDirectory)) {
      entries.forEach(found::add);
    }
    Collections.sort(found);
    return found;
  }
}
