package dev.nacre.bench.report;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Memory of this process, in bytes.
 *
 * @param heap live Java objects, after a collection
 * @param anonymous resident memory that is not a file's: heap, off-heap and native together; 0
 *     where the system does not say
 * @param files resident pages of mapped files: index files, which the system may drop; 0 where it
 *     does not say
 */
public record MemoryUse(long heap, long anonymous, long files) {
  private static final Path STATUS = Path.of("/proc/self/status");

  /** As it is now; collects garbage first. */
  public static MemoryUse now() throws IOException {
    System.gc();
    long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    long anonymous = 0;
    long files = 0;
    if (Files.isReadable(STATUS)) {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith("RssAnon:")) {
          anonymous = bytes(line);
        } else if (line.startsWith("RssFile:")) {
          files = bytes(line);
        }
      }
    }
    return new MemoryUse(heap, anonymous, files);
  }

  private static long bytes(String line) {
    return Long.parseLong(line.replaceAll("\\D", "")) << 10;
  }

  /** {@code bytes} in MiB. */
  public static String mib(long bytes) {
    return String.format(Locale.ROOT, "%,d MiB", bytes >> 20);
  }

  @Override
  public String toString() {
    return anonymous == 0
        ? "heap " + mib(heap)
        : "heap " + mib(heap) + ", resident " + mib(anonymous) + " and " + mib(files) + " of files";
  }
}
