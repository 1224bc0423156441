package dev.nacre.bench.report;

import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.lucene.util.Version;
import org.rocksdb.RocksDB;

/** Where the figures come from. */
public final class Environment {
  private Environment() {}

  /** Prints machine, JVM and libraries. */
  public static void print(Report report, Path folder) throws IOException {
    RocksDB.loadLibrary();
    report.section("Environment");
    report.row(
        "processor", processor() + ", " + Runtime.getRuntime().availableProcessors() + " cores");
    report.row("load when begun, memory", load() + ", " + memory());
    report.row("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    report.row("databases in", folder + " (" + Files.getFileStore(folder).type() + ")");
    report.row(
        "JVM", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
    report.row("flags", String.join(" ", ManagementFactory.getRuntimeMXBean().getInputArguments()));
    report.row(
        "collector",
        ManagementFactory.getGarbageCollectorMXBeans().stream()
                .map(GarbageCollectorMXBean::getName)
                .collect(Collectors.joining(", "))
            + ", heap up to "
            + MemoryUse.mib(Runtime.getRuntime().maxMemory()));
    report.row("RocksDB, Lucene", RocksDB.rocksdbVersion() + ", " + Version.LATEST);
  }

  private static String processor() throws IOException {
    Path info = Path.of("/proc/cpuinfo");
    if (Files.isReadable(info)) {
      for (String line : Files.readAllLines(info)) {
        if (line.startsWith("model name")) {
          return line.substring(line.indexOf(':') + 1).strip();
        }
      }
    }
    return System.getProperty("os.arch");
  }

  private static String load() {
    double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    return load < 0 ? "unknown" : String.format(Locale.ROOT, "%.2f", load);
  }

  private static String memory() throws IOException {
    Path info = Path.of("/proc/meminfo");
    if (!Files.isReadable(info)) {
      return "unknown";
    }
    String total = Files.readAllLines(info).getFirst().replaceAll("\\D", "");
    return MemoryUse.mib(Long.parseLong(total) << 10);
  }
}
