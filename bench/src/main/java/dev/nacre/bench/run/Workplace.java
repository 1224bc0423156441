package dev.nacre.bench.run;

import dev.nacre.bench.report.Report;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * Where a run works and prints.
 *
 * @param folder databases are made and deleted in here
 * @param report takes the figures
 * @param scale how much is measured
 */
public record Workplace(Path folder, Report report, Scale scale) {

  /** A new, empty directory. */
  Path directory(String name) throws IOException {
    Path directory = folder.resolve(name);
    delete(directory);
    return Files.createDirectories(directory);
  }

  /** Deletes a directory with everything in it; nothing happens when there is none. */
  public static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    Path _ =
        Files.walkFileTree(
            directory,
            new SimpleFileVisitor<>() {
              @Override
              public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                  throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
              }

              @Override
              public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e)
                  throws IOException {
                if (e != null) {
                  throw e;
                }
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
              }
            });
  }
}
