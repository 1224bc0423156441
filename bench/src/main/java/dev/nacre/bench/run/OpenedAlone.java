package dev.nacre.bench.run;

import dev.nacre.Database;
import dev.nacre.DatabaseOptions;
import dev.nacre.bench.raw.RawStore;
import dev.nacre.bench.report.MemoryUse;
import dev.nacre.bench.report.Percentiles;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a database takes in a process that does nothing but open and read it: memory that loading
 * has left behind, in this process or in its allocator, is not the database's.
 *
 * @param openMillis how long opening took, in a JVM that had just begun
 * @param memory after reading
 */
record OpenedAlone(double openMillis, MemoryUse memory) {

  /**
   * Opens the database in {@code directory} in a JVM like this one, and reads {@code gets} keys.
   */
  static OpenedAlone measure(Path directory, int records, int gets)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      // An agent would write over what it has gathered here.
      if (!flag.startsWith("-javaagent")) {
        command.add(flag);
      }
    }
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            OpenedAlone.class.getName(),
            directory.toString(),
            Integer.toString(records),
            Integer.toString(gets)));
    Process process = new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
    try {
      String said =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      int code = process.waitFor();
      String[] figures = said.split(" ", -1);
      if (code != 0 || figures.length != 4) {
        throw new IOException("the process that reads ended with " + code + ": " + said);
      }
      return new OpenedAlone(
          Double.parseDouble(figures[0]),
          new MemoryUse(
              Long.parseLong(figures[1]), Long.parseLong(figures[2]), Long.parseLong(figures[3])));
    } finally {
      process.destroyForcibly();
    }
  }

  /** Arguments: directory, records, gets. Prints milliseconds, heap, anonymous and files' bytes. */
  public static void main(String[] arguments) throws Exception {
    int records = Integer.parseInt(arguments[1]);
    DatabaseOptions options =
        DatabaseOptions.builder(Path.of(arguments[0]))
            .blockCacheBytes(RawStore.BLOCK_CACHE_BYTES)
            .build();
    long opened = System.nanoTime();
    try (Database db = Database.open(options)) {
      double millis = (System.nanoTime() - opened) / 1e6;
      Percentiles _ = SizeRun.read(db, Integer.parseInt(arguments[2]), records, -1);
      MemoryUse memory = MemoryUse.now();
      System.out.println(
          millis + " " + memory.heap() + " " + memory.anonymous() + " " + memory.files());
    }
  }
}
