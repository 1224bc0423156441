package dev.nacre.bench.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** Runs {@code make_texts.py}, which needs Python and apt. */
final class TextScript {
  /** Named in the order they are tried: Windows has no {@code python3}. */
  private static final List<String> INTERPRETERS = List.of("python3", "python");

  private TextScript() {}

  /**
   * Writes the texts to {@code target}, whole or not at all.
   *
   * @throws IOException when it fails; the message says what is missing
   */
  static void run(Path script, Path target) throws IOException, InterruptedException {
    Path part = target.resolveSibling(target.getFileName() + ".part");
    Path log = target.resolveSibling(target.getFileName() + ".log");
    int exit = start(script, part, log).waitFor();
    String said = Files.readString(log, StandardCharsets.UTF_8).strip();
    if (exit != 0) {
      throw new IOException(
          "the texts could not be made: "
              + said
              + "\nThey come from apt's package index: run this once where apt is (Debian, Ubuntu;"
              + " \"apt-get update\" first) and copy texts.jsonl to "
              + target.getParent()
              + ", or measure on generated vectors: \"--scale quick\"");
    }
    Path _ = Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
    Files.delete(log);
  }

  private static Process start(Path script, Path part, Path log) throws IOException {
    IOException failure = new IOException("no Python");
    for (String interpreter : INTERPRETERS) {
      try {
        return new ProcessBuilder(interpreter, script.toString(), part.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
      } catch (IOException e) {
        failure.addSuppressed(e);
      }
    }
    throw new IOException(
        "making the texts needs Python 3: none of " + INTERPRETERS + " could be started", failure);
  }
}
