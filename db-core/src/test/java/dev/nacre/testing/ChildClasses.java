package dev.nacre.testing;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * What children load, prepared once: hundreds of them start in half the time when their classes
 * come linked out of an AOT cache. It takes jars, so the directories of this class path are packed.
 */
public final class ChildClasses {
  private static final int STORED = 0;

  private final String classPath;
  private final List<String> flags;

  private ChildClasses(String classPath, List<String> flags) {
    this.classPath = classPath;
    this.flags = flags;
  }

  /** The class path of the tests as it is. */
  static ChildClasses asTheyAre() {
    return new ChildClasses(System.getProperty("java.class.path"), List.of());
  }

  /**
   * Prepares what a process loads.
   *
   * @param main its main class; the process must end by itself
   * @param work a directory; {@code classes} in it is used
   * @param input what the process reads
   */
  public static ChildClasses prepare(Class<?> main, Path work, String input)
      throws IOException, InterruptedException {
    Path directory = Files.createDirectories(work.resolve("classes"));
    List<String> entries = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path path = Path.of(entry);
      if (Files.isDirectory(path)) {
        entries.add(pack(path, directory.resolve(entries.size() + ".jar")).toString());
      } else if (Files.exists(path)) {
        entries.add(entry);
      }
    }
    String classPath = String.join(File.pathSeparator, entries);
    Path cache = directory.resolve("cache.aot");
    List<String> command =
        ChildJvm.command(
            new ChildClasses(classPath, List.of("-XX:AOTCacheOutput=" + cache)), main, work);
    Process training = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (OutputStream orders = training.getOutputStream()) {
      orders.write(input.getBytes(StandardCharsets.UTF_8));
    }
    StringBuilder said = new StringBuilder();
    try (BufferedReader output =
        new BufferedReader(
            new InputStreamReader(training.getInputStream(), StandardCharsets.UTF_8))) {
      output.lines().forEach(line -> said.append(line).append('\n'));
    }
    if (training.waitFor() != 0 || !Files.exists(cache)) {
      throw new IOException(
          "no cache was made, it ended with " + training.exitValue() + ":\n" + said);
    }
    return new ChildClasses(classPath, List.of("-XX:AOTCache=" + cache));
  }

  private static Path pack(Path directory, Path jar) throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar));
        Stream<Path> files = Files.walk(directory)) {
      zip.setLevel(STORED);
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        String name = directory.relativize(file).toString().replace(File.separatorChar, '/');
        if (!name.equals("module-info.class")) {
          zip.putNextEntry(new ZipEntry(name));
          long _ = Files.copy(file, zip);
          zip.closeEntry();
        }
      }
    }
    return jar;
  }

  String classPath() {
    return classPath;
  }

  List<String> flags() {
    return flags;
  }
}
