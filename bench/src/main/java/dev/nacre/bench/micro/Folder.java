package dev.nacre.bench.micro;

import dev.nacre.bench.run.Workplace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A directory for as long as a trial lasts. */
final class Folder implements AutoCloseable {
  private final Path path;

  private Folder(Path path) {
    this.path = path;
  }

  static Folder create() throws IOException {
    return new Folder(Files.createTempDirectory("nacre-jmh-"));
  }

  Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    Workplace.delete(path);
  }
}
