package dev.nacre.bench.peer;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;

/**
 * A Python virtual environment with the libraries that {@code requirements.txt} names: made once,
 * and again when that file has changed.
 */
public final class PeerPackages {
  private static final List<String> INTERPRETERS = List.of("python3", "python");

  private final Path environment;

  private PeerPackages(Path environment) {
    this.environment = environment;
  }

  /**
   * Installs what is missing; a minute or two the first time.
   *
   * @param scripts holds {@code requirements.txt}
   * @param folder where the environment is kept
   * @throws IOException when there is no Python 3, or a package cannot be had; the message says
   *     which
   */
  public static PeerPackages install(Path scripts, Path folder)
      throws IOException, InterruptedException {
    PeerPackages packages = new PeerPackages(folder);
    Path wanted = scripts.resolve("requirements.txt");
    Path installed = folder.resolve("requirements.txt");
    if (Files.exists(installed) && Files.mismatch(wanted, installed) < 0) {
      return packages;
    }
    Path log = Files.createTempFile("nacre-bench-", ".log");
    if (!Files.exists(packages.python())) {
      make(folder, log);
    }
    List<String> install =
        List.of(
            packages.python().toString(),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "-r",
            wanted.toString());
    if (start(install, log).waitFor() != 0) {
      throw new IOException(
          "the libraries to compare with could not be installed: " + Files.readString(log).strip());
    }
    Path _ = Files.copy(wanted, installed, StandardCopyOption.REPLACE_EXISTING);
    Files.delete(log);
    return packages;
  }

  /** The interpreter that sees the libraries. */
  Path python() {
    boolean windows = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");
    return windows
        ? environment.resolve("Scripts").resolve("python.exe")
        : environment.resolve("bin").resolve("python");
  }

  private static void make(Path folder, Path log) throws IOException, InterruptedException {
    Path _ = Files.createDirectories(folder);
    IOException failure = new IOException("no Python");
    for (String interpreter : INTERPRETERS) {
      try {
        if (start(List.of(interpreter, "-m", "venv", folder.toString()), log).waitFor() == 0) {
          return;
        }
        failure.addSuppressed(new IOException(Files.readString(log).strip()));
      } catch (IOException e) {
        failure.addSuppressed(e);
      }
    }
    throw new IOException(
        "comparing with other libraries needs Python 3 with its venv module (Debian: python3-venv);"
            + " none of "
            + INTERPRETERS
            + " makes an environment",
        failure);
  }

  private static Process start(List<String> command, Path log) throws IOException {
    File file = log.toFile();
    return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(file).start();
  }
}
