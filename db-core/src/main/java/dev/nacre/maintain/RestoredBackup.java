package dev.nacre.maintain;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/**
 * A restored database.
 *
 * @param directory where it is
 * @param backup what it was restored from
 * @param version its newest version
 * @param lineage its new line of versions: a version beyond that one means something else than it
 *     did before
 */
public record RestoredBackup(Path directory, Backup backup, long version, String lineage) {
  /** Refuses null. */
  public RestoredBackup {
    requireNonNull(directory, "directory");
    requireNonNull(backup, "backup");
    requireNonNull(lineage, "lineage");
  }
}
