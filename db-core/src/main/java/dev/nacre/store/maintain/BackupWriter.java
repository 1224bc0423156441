package dev.nacre.store.maintain;

import dev.nacre.error.CorruptionException;
import dev.nacre.error.UnavailableException;
import dev.nacre.error.ValidationException;
import dev.nacre.maintain.Backup;
import dev.nacre.maintain.BackupFile;
import dev.nacre.maintain.BackupRequest;
import dev.nacre.maintain.Progress;
import dev.nacre.store.StorageProbe;
import dev.nacre.store.Store;
import dev.nacre.store.layout.FileOperations;
import dev.nacre.store.layout.Micros;
import dev.nacre.store.layout.OwnerLock;
import dev.nacre.store.layout.StoreDirectory;
import dev.nacre.store.rocks.RocksEngine;
import dev.nacre.store.verify.FileTrees;
import dev.nacre.store.verify.IoFailures;
import dev.nacre.store.verify.StoreFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a backup of an open store: a checkpoint beside it, by hard links, while commits go on; the
 * version it holds is read from it; its files are copied, but for those that an earlier backup has;
 * the manifest is written last. A kill at any moment leaves no manifest, so no backup. For one use
 * and one thread.
 */
public final class BackupWriter {
  private static final Logger LOG = LoggerFactory.getLogger(BackupWriter.class);

  /** What RocksDB needs to open; its logs for people stay behind. */
  private static final Pattern NEEDED =
      Pattern.compile("CURRENT|IDENTITY|MANIFEST-\\d+|OPTIONS-\\d+|\\d+\\.sst|\\d+\\.log");

  private static final long TAIL_BYTES = 64 << 10;

  private final Store store;
  private final BackupRequest request;
  private final BooleanSupplier stop;
  private final Clock clock;
  private final Path database;
  private final BackupDirectory target;
  private final List<BackupFile> files = new ArrayList<>();
  private final Map<String, String> tails = new HashMap<>();
  private long bytesDone;
  private long bytesTotal;
  private long newBytes;

  private BackupWriter(
      Store store, Path database, BackupRequest request, Clock clock, BooleanSupplier stop) {
    this.store = store;
    this.database = database;
    this.request = request;
    this.clock = clock;
    this.stop = stop;
    this.target = new BackupDirectory(request.directory(), FileOperations.REAL);
  }

  /**
   * Makes a backup. Blocks.
   *
   * @param stop asked between files; when it says so, nothing is made
   * @throws ValidationException when the backup directory is a file, holds backups of another
   *     database, or lies in the database's directory, or the store is in memory
   * @throws dev.nacre.error.FormatException when it holds something else
   * @throws dev.nacre.error.LockedException when another backup goes there just now
   * @throws CancellationException when stopped
   */
  public static Backup run(Store store, BackupRequest request, Clock clock, BooleanSupplier stop) {
    Path database =
        store
            .directory()
            .orElseThrow(
                () ->
                    new ValidationException(
                        "a database in memory has no files to back up; export it instead"));
    if (store.indexDirectory().isEmpty()) {
      // Before anything is touched: what lies in its directory is the owner's.
      throw new UnavailableException(
          "a backup needs the owner of " + database + "; this database was opened read-only",
          Map.of("directory", database.toString(), "outcome", "none"));
    }
    BackupWriter writer = new BackupWriter(store, database, request, clock, stop);
    try {
      return writer.run();
    } catch (IOException e) {
      throw IoFailures.of("the backup", writer.target.path(), e);
    }
  }

  private Backup run() throws IOException {
    if (target.path().startsWith(database)) {
      throw new ValidationException(
          "backups of "
              + database
              + " cannot lie inside of it, at "
              + target.path()
              + "; name a directory elsewhere, best on another disk",
          Map.of("directory", target.path().toString()));
    }
    UUID databaseId;
    try (StoreDirectory directory = StoreDirectory.open(database, true)) {
      databaseId = directory.databaseId();
    }
    OwnerLock lock = target.lock();
    try {
      List<BackupManifest> earlier = target.manifests();
      BackupDirectory.checkSame(databaseId, earlier);
      target.removeTemporary();
      // Before: a backup that nobody knew of would be missing when something is purged.
      store.rememberBackup(target.path(), store.now().version());
      Backup backup = backup(databaseId, earlier);
      LOG.atInfo()
          .addKeyValue("id", backup.id())
          .addKeyValue("directory", backup.directory())
          .addKeyValue("version", backup.version())
          .addKeyValue("bytes", backup.bytes())
          .addKeyValue("newBytes", backup.newBytes())
          .log("backup made");
      return backup;
    } finally {
      lock.release();
    }
  }

  private Backup backup(UUID databaseId, List<BackupManifest> earlier) throws IOException {
    long acknowledged = store.now().version();
    Path snapshots = Files.createDirectories(database.resolve("snapshots"));
    removeCheckpoints(snapshots);
    Path checkpoint = snapshots.resolve(StoreFiles.CHECKPOINT + UUID.randomUUID());
    try {
      checkStop();
      store.checkpoint(checkpoint);
      store.reached(StorageProbe.Step.BACKUP_CHECKPOINTED);
      Map<Path, String> wanted = files(checkpoint);
      StoreFiles.Moment last;
      String lineage;
      try (RocksEngine engine = StoreFiles.openReadOnly(checkpoint)) {
        last = StoreFiles.lastCommit(engine);
        lineage = StoreFiles.lineage(engine, checkpoint);
      }
      if (last.version() < acknowledged) {
        throw new CorruptionException(
            "the checkpoint ends at version "
                + last.version()
                + ", though version "
                + acknowledged
                + " had been acknowledged; no backup was made",
            Map.of("version", Long.toString(last.version())));
      }
      copy(wanted, earlier);
      store.reached(StorageProbe.Step.BACKUP_COPIED);
      TreeSet<String> taken = new TreeSet<>(BackupIds.ORDER);
      target.manifestFiles().stream().map(BackupDirectory::idOf).forEach(taken::add);
      Instant now = clock.instant();
      for (BackupManifest manifest : earlier) {
        Instant then = manifest.backup().createdAt();
        now = then.isAfter(now) ? then : now;
      }
      String id = BackupIds.next(now, last.version(), taken);
      while (!taken.isEmpty() && BackupIds.ORDER.compare(id, taken.last()) < 0) {
        // The clock was set back, or the version was: later ones sort behind earlier ones.
        now = now.plusSeconds(1);
        id = BackupIds.next(now, last.version(), taken);
      }
      Backup backup =
          new Backup(
              id,
              target.path(),
              databaseId,
              lineage,
              last.version(),
              Micros.toInstant(last.timeMicros()),
              now,
              request.label(),
              newBytes,
              files);
      BackupManifest manifest = new BackupManifest(backup, tails);
      target.write(manifest);
      store.reached(StorageProbe.Step.BACKUP_LISTED);
      List<BackupManifest> all = new ArrayList<>(earlier);
      all.add(manifest);
      target.removeUnused(all);
      return backup;
    } finally {
      FileTrees.delete(checkpoint);
    }
  }

  /** A backup that was killed leaves its checkpoint, whose links keep old files alive. */
  static void removeCheckpoints(Path snapshots) throws IOException {
    try (var entries = Files.newDirectoryStream(snapshots, StoreFiles.CHECKPOINT + "*")) {
      for (Path entry : entries) {
        FileTrees.delete(entry);
      }
    }
  }

  /** What is to be copied, with the names in the database directory. */
  private Map<Path, String> files(Path checkpoint) throws IOException {
    Map<Path, String> wanted = new LinkedHashMap<>();
    wanted.put(database.resolve("FORMAT"), "FORMAT");
    for (Path file : FileTrees.files(checkpoint)) {
      String name = String.valueOf(file.getFileName());
      if (NEEDED.matcher(name).matches()) {
        wanted.put(file, "store/" + name);
      }
    }
    for (Path file : wanted.keySet()) {
      bytesTotal += Files.size(file);
    }
    return wanted;
  }

  private void copy(Map<Path, String> wanted, List<BackupManifest> earlier) throws IOException {
    Map<Identity, BackupFile> known = known(earlier);
    for (Map.Entry<Path, String> file : wanted.entrySet()) {
      checkStop();
      BackupFile copied = copy(file.getKey(), file.getValue(), known);
      files.add(copied);
      bytesDone += copied.bytes();
      request.progress().accept(new Progress("bytes backed up", bytesDone, bytesTotal));
    }
  }

  /** What RocksDB itself tells sorted files apart by lies in their tails. */
  private record Identity(String name, long bytes, String tail) {}

  private static Map<Identity, BackupFile> known(List<BackupManifest> earlier) {
    Map<Identity, BackupFile> known = new HashMap<>();
    for (BackupManifest manifest : earlier) {
      for (BackupFile file : manifest.backup().files()) {
        String tail = manifest.tails().get(file.name());
        if (tail != null) {
          known.put(new Identity(file.name(), file.bytes(), tail), file);
        }
      }
    }
    return known;
  }

  private BackupFile copy(Path source, String name, Map<Identity, BackupFile> known)
      throws IOException {
    if (name.endsWith(".sst")) {
      String tail = FileCopy.readTail(source, TAIL_BYTES).sha256();
      tails.put(name, tail);
      BackupFile same = known.get(new Identity(name, Files.size(source), tail));
      if (same != null && isStored(same)) {
        return same;
      }
    }
    Path temporary = target.temporary();
    try {
      FileCopy.Summary summary = FileCopy.copy(source, temporary);
      BackupFile file = new BackupFile(name, summary.bytes(), summary.sha256());
      if (!isStored(file)) {
        FileOperations.REAL.replace(temporary, target.stored(file));
        newBytes += file.bytes();
      }
      return file;
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private boolean isStored(BackupFile file) throws IOException {
    Path stored = target.stored(file);
    return Files.isRegularFile(stored) && Files.size(stored) == file.bytes();
  }

  private void checkStop() {
    if (stop.getAsBoolean()) {
      throw new CancellationException("the backup was stopped; nothing was made");
    }
  }
}
