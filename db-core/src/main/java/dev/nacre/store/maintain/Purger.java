package dev.nacre.store.maintain;

import dev.nacre.error.CorruptionException;
import dev.nacre.error.FormatException;
import dev.nacre.error.UnavailableException;
import dev.nacre.maintain.Backup;
import dev.nacre.maintain.PurgeRecord;
import dev.nacre.maintain.PurgeReport;
import dev.nacre.maintain.PurgeRequest;
import dev.nacre.store.Store;
import dev.nacre.store.layout.FileOperations;
import dev.nacre.store.layout.StoreDirectory;
import dev.nacre.store.verify.IoFailures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.IntConsumer;

/**
 * Purges an open store and says which backups still hold what was purged. No backup may be made
 * meanwhile: its links would keep files. Stateless.
 */
public final class Purger {
  private Purger() {}

  /**
   * Purges. Blocks.
   *
   * @param dropViews see {@link Store#purge}
   */
  public static PurgeReport run(Store store, PurgeRequest request, IntConsumer dropViews) {
    removeCheckpoints(store);
    PurgeRecord purge = store.purge(request, dropViews);
    return report(store, purge);
  }

  /** Goes on with purges that were interrupted. Blocks. */
  public static void resume(Store store, IntConsumer dropViews) {
    removeCheckpoints(store);
    store.resumePurges(dropViews);
  }

  /** Every purge there was, oldest first, with the backups that hold what it erased. */
  public static List<PurgeReport> all(Store store) {
    return store.purges().stream().map(purge -> report(store, purge)).toList();
  }

  /** A backup that was killed leaves links to files that are to be gone. */
  private static void removeCheckpoints(Store store) {
    Path directory = store.directory().orElse(null);
    // Where no index may be written, the directory is somebody else's.
    if (directory == null || store.indexDirectory().isEmpty()) {
      return;
    }
    Path snapshots = directory.resolve("snapshots");
    try {
      if (Files.isDirectory(snapshots)) {
        BackupWriter.removeCheckpoints(snapshots);
      }
    } catch (IOException e) {
      throw IoFailures.of("the purge", snapshots, e);
    }
  }

  private static PurgeReport report(Store store, PurgeRecord purge) {
    List<Backup> backups = new ArrayList<>();
    List<Path> unreadable = new ArrayList<>();
    Path database = store.directory().orElse(null);
    if (database != null) {
      UUID id;
      try (StoreDirectory directory = StoreDirectory.open(database, true)) {
        id = directory.databaseId();
      }
      for (Path place : store.backupDirectories().keySet()) {
        try {
          boolean known = false;
          if (Files.isDirectory(place)) {
            for (BackupManifest manifest :
                new BackupDirectory(place, FileOperations.REAL).manifests()) {
              Backup backup = manifest.backup();
              boolean ours = backup.databaseId().equals(id);
              known |= ours;
              if (ours && holds(store, purge, backup)) {
                backups.add(backup);
              }
            }
          }
          if (!known) {
            // Removed, or on a disk that is not there now: nobody here can tell.
            unreadable.add(place);
          }
        } catch (IOException | CorruptionException | FormatException | UnavailableException e) {
          unreadable.add(place);
        }
      }
    }
    return new PurgeReport(purge, backups, unreadable);
  }

  private static boolean holds(Store store, PurgeRecord purge, Backup backup) {
    boolean earlier =
        purge.completedAt().map(completed -> backup.createdAt().isBefore(completed)).orElse(true);
    return earlier
        || (backup.lineage().equals(store.lineage()) && backup.version() < purge.version());
  }
}
