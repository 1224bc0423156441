package dev.nacre.crash;

import dev.nacre.store.StorageProbe.Step;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a child is told to do.
 *
 * @param directory of the database
 * @param life its name, new for each
 * @param seed of what it does
 * @param step where it ends itself, or null to be killed
 * @param passes how often it comes there before
 * @param commits how many it makes before it says so
 * @param closes whether it closes then
 */
record OracleOrder(
    Path directory,
    String life,
    long seed,
    @Nullable Step step,
    int passes,
    int commits,
    boolean closes) {
  private static final String NOWHERE = "-";

  /** Where the acknowledgements go. */
  Path journal() {
    return directory.resolveSibling(directory.getFileName() + "-journal");
  }

  /** Where the backups go. */
  Path backups() {
    return directory.resolveSibling(directory.getFileName() + "-backups");
  }

  /** As a line. */
  String line() {
    return String.join(
        "\t",
        directory.toString(),
        life,
        Long.toString(seed),
        step == null ? NOWHERE : step.name(),
        Integer.toString(passes),
        Integer.toString(commits),
        Boolean.toString(closes));
  }

  static OracleOrder parse(String line) {
    String[] fields = line.split("\t", -1);
    return new OracleOrder(
        Path.of(fields[0]),
        fields[1],
        Long.parseLong(fields[2]),
        fields[3].equals(NOWHERE) ? null : Step.valueOf(fields[3]),
        Integer.parseInt(fields[4]),
        Integer.parseInt(fields[5]),
        Boolean.parseBoolean(fields[6]));
  }
}
