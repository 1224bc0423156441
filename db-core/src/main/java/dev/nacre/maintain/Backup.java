package dev.nacre.maintain;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A complete backup: everything up to a version, in one backup directory.
 *
 * @param id names it in its directory; later ones sort behind earlier ones
 * @param directory the backup directory
 * @param databaseId of the database
 * @param lineage the line of versions that {@code version} counts in
 * @param version the newest version in the backup; every commit that was acknowledged before the
 *     backup began is in it
 * @param committedAt the commit time of that version; the epoch when there is no commit
 * @param createdAt when the backup was finished
 * @param label the note it was given, or null
 * @param newBytes how much was copied; the rest was there from earlier backups
 * @param files what it consists of
 */
public record Backup(
    String id,
    Path directory,
    UUID databaseId,
    String lineage,
    long version,
    Instant committedAt,
    Instant createdAt,
    @Nullable String label,
    long newBytes,
    List<BackupFile> files) {
  /** Copies the list. */
  public Backup {
    requireNonNull(id, "id");
    requireNonNull(directory, "directory");
    requireNonNull(databaseId, "databaseId");
    requireNonNull(lineage, "lineage");
    requireNonNull(committedAt, "committedAt");
    requireNonNull(createdAt, "createdAt");
    files = List.copyOf(files);
  }

  /** Bytes of all its files. */
  public long bytes() {
    return files.stream().mapToLong(BackupFile::bytes).sum();
  }
}
