package dev.nacre.maintain;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.List;

/**
 * A purge, and where what it erased is still to be found.
 *
 * @param purge what was done
 * @param backups complete backups of this database, in the directories it was backed up to, that
 *     were begun before the purge was complete: they still hold it. Those that were moved or copied
 *     elsewhere are not known
 * @param unreadable directories it was backed up to that cannot be read now, or are gone, or hold
 *     none of its backups any more (an empty mount point looks so): backups that were made there
 *     may hold it, too, unless they were deleted
 */
public record PurgeReport(PurgeRecord purge, List<Backup> backups, List<Path> unreadable) {
  /** Copies the lists. */
  public PurgeReport {
    requireNonNull(purge, "purge");
    backups = List.copyOf(backups);
    unreadable = List.copyOf(unreadable);
  }
}
