package dev.nacre.vector;

import dev.nacre.model.EmbeddingSpace;
import dev.nacre.vector.graph.GraphFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where the graphs of a space's epochs lie: in directories beside the one of its present graph,
 * named {@code epoch-FIRST-LAST-BUILT-SPACE}. Each is written once. Holds no state.
 */
final class EpochFiles {
  private static final Pattern NAME =
      Pattern.compile("epoch-(\\d{1,19})-(\\d{1,19})-(\\d{1,19})-.*");

  private final EmbeddingSpace space;
  private final @Nullable Path namespaceDirectory;
  private final String suffix;

  /**
   * The files of a space.
   *
   * @param indexDirectory empty for epochs in memory only
   */
  EpochFiles(Optional<Path> indexDirectory, int namespaceId, EmbeddingSpace space) {
    this.space = space;
    Path present = GraphFiles.pathOf(indexDirectory.orElse(Path.of("")), namespaceId, space);
    this.namespaceDirectory = indexDirectory.isPresent() ? present.getParent() : null;
    this.suffix = present.getFileName().toString().substring("space-".length());
  }

  /** The epochs that lie there, complete or not. */
  List<EpochRange> list() {
    List<EpochRange> found = new ArrayList<>();
    if (namespaceDirectory == null || !Files.isDirectory(namespaceDirectory)) {
      return found;
    }
    try (Stream<Path> entries = Files.list(namespaceDirectory)) {
      for (Path entry : entries.toList()) {
        EpochRange range = rangeOf(entry);
        if (range != null && entry.equals(pathOf(range))) {
          found.add(range);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  /** Deletes the epochs in a namespace's directory that end before a version. */
  static void deleteBefore(Path namespaceDirectory, long version) {
    if (!Files.isDirectory(namespaceDirectory)) {
      return;
    }
    List<Path> old;
    try (Stream<Path> entries = Files.list(namespaceDirectory)) {
      old =
          entries
              .filter(
                  entry -> {
                    EpochRange range = rangeOf(entry);
                    return range != null && range.last() < version;
                  })
              .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    old.forEach(GraphFiles::deleteTree);
  }

  /** The versions that a directory's name says it covers; null when it is no epoch's. */
  static @Nullable EpochRange rangeOf(Path directory) {
    Matcher name = NAME.matcher(directory.getFileName().toString());
    if (!name.matches()) {
      return null;
    }
    try {
      return new EpochRange(
          Long.parseLong(name.group(1)),
          Long.parseLong(name.group(2)),
          Long.parseLong(name.group(3)));
    } catch (IllegalArgumentException e) {
      // Numbers that no version has: not ours.
      return null;
    }
  }

  /** The files of one epoch. */
  GraphFiles of(EpochRange range) {
    return new GraphFiles(namespaceDirectory == null ? null : pathOf(range), space);
  }

  private @Nullable Path pathOf(EpochRange range) {
    return namespaceDirectory == null
        ? null
        : namespaceDirectory.resolve(
            "epoch-" + range.first() + "-" + range.last() + "-" + range.built() + "-" + suffix);
  }
}
