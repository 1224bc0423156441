package dev.nacre.store.maintain;

import dev.nacre.error.CorruptionException;
import dev.nacre.maintain.RepairReport;
import dev.nacre.store.layout.FileOperations;
import dev.nacre.store.layout.OwnerLock;
import dev.nacre.store.layout.StoreDirectory;
import dev.nacre.store.verify.FileTrees;
import dev.nacre.store.verify.IoFailures;
import dev.nacre.store.verify.StoreFiles;
import dev.nacre.store.verify.StoreVerification;
import dev.nacre.store.verify.ViewCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Mends what can be mended without guessing: derived indexes are removed, to be built again, and so
 * is what a killed backup has left. Nothing of the store itself is changed: what is damaged there
 * is the only copy, and the report says so. Stateless.
 */
public final class StoreRepair {
  private StoreRepair() {}

  /**
   * Repairs a directory that nobody has open. Blocks.
   *
   * @throws dev.nacre.error.LockedException when somebody has
   * @throws dev.nacre.error.FormatException when it is not a Nacre directory
   */
  public static RepairReport run(Path path, ViewCheck views) {
    Path directory = path.toAbsolutePath().normalize();
    List<String> done = new ArrayList<>();
    try {
      // Refuses what is not ours before a lock file is written into it.
      try (StoreDirectory opened = StoreDirectory.open(directory, true)) {
        var _ = opened.databaseId();
      } catch (CorruptionException _) {
        // FORMAT is damaged: verification reports it, and the lock says whether anybody is in.
      }
      OwnerLock lock = OwnerLock.acquire(directory, FileOperations.REAL);
      try {
        removeIndexes(directory.resolve("index"), done);
        removeCheckpoints(directory.resolve("snapshots"), done);
      } finally {
        lock.release();
      }
    } catch (IOException e) {
      throw IoFailures.of("the repair", directory, e);
    }
    return new RepairReport(done, StoreVerification.run(directory, views));
  }

  private static void removeIndexes(Path index, List<String> done) throws IOException {
    int removed = 0;
    for (Path entry : entries(index)) {
      FileTrees.delete(entry);
      removed++;
    }
    if (removed > 0) {
      done.add(
          "removed the indexes of "
              + removed
              + (removed == 1 ? " namespace" : " namespaces")
              + "; they are built again when they are searched");
    }
  }

  private static void removeCheckpoints(Path snapshots, List<String> done) throws IOException {
    for (Path entry : entries(snapshots)) {
      if (String.valueOf(entry.getFileName()).startsWith(StoreFiles.CHECKPOINT)) {
        FileTrees.delete(entry);
        done.add("removed " + entry + ", which a backup that was killed has left");
      }
    }
  }

  private static List<Path> entries(Path directory) throws IOException {
    List<Path> entries = new ArrayList<>();
    if (Files.isDirectory(directory)) {
      try (var stream = Files.newDirectoryStream(directory)) {
        stream.forEach(entries::add);
      }
    }
    return entries;
  }
}
