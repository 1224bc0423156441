package dev.nacre.store.maintain;

import dev.nacre.error.CorruptionException;
import dev.nacre.error.NacreException;
import dev.nacre.error.UnavailableException;
import dev.nacre.error.ValidationException;
import dev.nacre.maintain.Backup;
import dev.nacre.maintain.BackupFile;
import dev.nacre.maintain.Progress;
import dev.nacre.maintain.RestoreRequest;
import dev.nacre.maintain.RestoredBackup;
import dev.nacre.model.AsOf;
import dev.nacre.store.layout.CommitRow;
import dev.nacre.store.layout.FileOperations;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.Micros;
import dev.nacre.store.layout.StoreDirectory;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.GroupBatch;
import dev.nacre.store.rocks.LogCheckResult;
import dev.nacre.store.rocks.RocksEngine;
import dev.nacre.store.rocks.StorageFailure;
import dev.nacre.store.rocks.WriteAheadLogCheck;
import dev.nacre.store.verify.FileTrees;
import dev.nacre.store.verify.IoFailures;
import dev.nacre.store.verify.StoreFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a database directory of a backup. Every file is compared with its checksum while it is
 * copied; the last version must be the one that the manifest names; {@code FORMAT} comes last, so
 * that nothing unfinished can be opened. The lineage is a new one: numbers beyond the last version
 * will be given to other commits than before. Stateless.
 */
public final class BackupRestore {
  private static final Logger LOG = LoggerFactory.getLogger(BackupRestore.class);
  private static final String STORE = "store";
  private static final String FORMAT = "FORMAT";

  private BackupRestore() {}

  /** The complete backups of a directory, oldest first. */
  public static List<Backup> list(Path backups) {
    BackupDirectory directory = new BackupDirectory(backups, FileOperations.REAL);
    try {
      return directory.manifests().stream().map(BackupManifest::backup).toList();
    } catch (IOException e) {
      throw IoFailures.of("listing backups", directory.path(), e);
    }
  }

  /** Restores a backup. Blocks. On any failure the target is left as it was. */
  public static RestoredBackup run(RestoreRequest request) {
    BackupDirectory backups = new BackupDirectory(request.backups(), FileOperations.REAL);
    Path target = request.target().toAbsolutePath().normalize();
    try {
      boolean existed = checkTarget(target, backups.path());
      Backup backup = backups.find(request.id()).backup();
      boolean restored = false;
      try {
        RestoredBackup result = restore(request, backups, backup, target);
        restored = true;
        LOG.atInfo()
            .addKeyValue("id", backup.id())
            .addKeyValue("directory", target)
            .addKeyValue("version", result.version())
            .log("backup restored");
        return result;
      } finally {
        if (!restored) {
          clear(target, existed);
        }
      }
    } catch (IOException e) {
      throw IoFailures.of("the restore", target, e);
    }
  }

  /** Whether the target is there; it must be empty then. */
  private static boolean checkTarget(Path target, Path backups) throws IOException {
    if (target.startsWith(backups)) {
      throw new ValidationException(
          "a database cannot be restored inside of the backup directory " + backups,
          Map.of("directory", target.toString()));
    }
    if (!Files.exists(target)) {
      return false;
    }
    // Only a directory can be listed.
    boolean directory = Files.isDirectory(target);
    List<String> names = directory ? FileOperations.REAL.list(target, 5) : List.of();
    if (!directory || !names.isEmpty()) {
      throw new ValidationException(
          target
              + (directory ? " is not empty: it holds " + names : " is a file")
              + "; nothing was changed. A backup is restored into a new or empty directory",
          Map.of("directory", target.toString()));
    }
    return true;
  }

  private static void clear(Path target, boolean existed) throws IOException {
    if (!existed) {
      FileTrees.delete(target);
      return;
    }
    for (String name : FileOperations.REAL.list(target, Integer.MAX_VALUE)) {
      FileTrees.delete(target.resolve(name));
    }
  }

  private static RestoredBackup restore(
      RestoreRequest request, BackupDirectory backups, Backup backup, Path target)
      throws IOException {
    Path store = Files.createDirectories(target.resolve(STORE));
    Files.createDirectories(target.resolve("index"));
    Files.createDirectories(target.resolve("snapshots"));
    Optional<BackupFile> format = Optional.empty();
    long done = 0;
    long total = backup.bytes();
    for (BackupFile file : backup.files()) {
      Path to = target.resolve(file.name()).normalize();
      if (file.name().equals(FORMAT)) {
        format = Optional.of(file);
      } else if (!store.equals(to.getParent())) {
        throw new CorruptionException(
            "backup " + backup.id() + " names a file outside of the store: " + file.name(),
            Map.of("id", backup.id(), "file", file.name()));
      } else {
        copy(backups, file, to);
      }
      done += file.bytes();
      request.progress().accept(new Progress("bytes restored", done, total));
    }
    BackupFile last =
        format.orElseThrow(
            () ->
                new CorruptionException(
                    "backup " + backup.id() + " has no file FORMAT", Map.of("id", backup.id())));
    RestoredBackup restored = renew(request, backup, target, store);
    FileOperations.REAL.syncDirectory(store);
    // Without it the first opening would have to take a power cut for possible.
    StoreDirectory.markClean(target, restored.version());
    Path temporary = target.resolve(FORMAT + ".tmp");
    copy(backups, last, temporary);
    FileOperations.REAL.replace(temporary, target.resolve(FORMAT));
    FileOperations.REAL.syncDirectory(target);
    Path parent = target.getParent();
    if (parent != null) {
      FileOperations.REAL.syncDirectory(parent);
    }
    return restored;
  }

  private static void copy(BackupDirectory backups, BackupFile file, Path to) throws IOException {
    Path stored = backups.stored(file);
    if (!Files.isRegularFile(stored)) {
      throw damaged(file, stored, "is missing");
    }
    FileCopy.Summary copied = FileCopy.copy(stored, to);
    if (copied.bytes() != file.bytes() || !copied.sha256().equals(file.sha256())) {
      throw damaged(file, stored, "is damaged: its checksum is not the one of the manifest");
    }
  }

  static CorruptionException damaged(BackupFile file, Path stored, String what) {
    return new CorruptionException(
        "the file "
            + stored
            + " of the backup, "
            + file.name()
            + ", "
            + what
            + "; restore another backup",
        Map.of("file", stored.toString(), "name", file.name()));
  }

  /** Opens the copy, takes it to the moment asked for, and gives it its own line of versions. */
  private static RestoredBackup renew(
      RestoreRequest request, Backup backup, Path target, Path store) {
    LogCheckResult log = WriteAheadLogCheck.check(store, ColumnFamily.COMMIT.id());
    if (log.damaged()) {
      throw new CorruptionException(
          "the log in backup " + backup.id() + " is damaged: " + log.damage(),
          Map.of("id", backup.id()));
    }
    try (RocksEngine engine = StoreFiles.open(store)) {
      long found = StoreFiles.lastCommit(engine).version();
      if (found != backup.version()) {
        throw new CorruptionException(
            "backup "
                + backup.id()
                + " should end at version "
                + backup.version()
                + " and ends at "
                + found
                + "; restore another backup",
            Map.of("id", backup.id(), "version", Long.toString(found)));
      }
      long version = version(engine, request.asOf(), backup);
      if (version < found) {
        Rewind.to(engine, version);
      }
      String lineage = UUID.randomUUID().toString();
      GroupBatch batch = new GroupBatch();
      batch.put(ColumnFamily.META, Keys.lineage(), lineage.getBytes(StandardCharsets.UTF_8));
      engine.write(batch, true);
      engine.sync();
      return new RestoredBackup(target, backup, version, lineage);
    } catch (StorageFailure e) {
      throw failed(target, e);
    }
  }

  private static NacreException failed(Path target, StorageFailure cause) {
    return new UnavailableException(
        "the restore failed at " + target + ": " + cause.getMessage(),
        Map.of("directory", target.toString()),
        cause);
  }

  private static long within(long version, Backup backup) {
    if (version > backup.version()) {
      throw new ValidationException(
          "version "
              + version
              + " is later than backup "
              + backup.id()
              + ", which ends at version "
              + backup.version()
              + "; name a later backup",
          Map.of(
              "version", Long.toString(version),
              "newest", Long.toString(backup.version())));
    }
    return version;
  }

  /** The version of a moment. */
  private static long version(RocksEngine engine, AsOf asOf, Backup backup) {
    return switch (asOf) {
      case AsOf.Now _ -> backup.version();
      case AsOf.AtVersion at -> within(at.version(), backup);
      case AsOf.AtReadPoint at -> {
        if (!at.readPoint().lineage().equals(backup.lineage())) {
          throw new ValidationException(
              "the read point is of lineage "
                  + at.readPoint().lineage()
                  + ", backup "
                  + backup.id()
                  + " of "
                  + backup.lineage()
                  + ": their versions mean different things; name an instant",
              Map.of("lineage", at.readPoint().lineage()));
        }
        yield within(at.readPoint().version(), backup);
      }
      case AsOf.AtInstant at -> {
        long micros = Micros.checked(at.instant(), "asOf");
        long low = 0;
        long high = backup.version();
        while (low < high) {
          long middle = (low + high + 1) >>> 1;
          if (commitMicros(engine, middle) <= micros) {
            low = middle;
          } else {
            high = middle - 1;
          }
        }
        yield low;
      }
    };
  }

  private static long commitMicros(RocksEngine engine, long version) {
    byte[] row = engine.get(ColumnFamily.COMMIT, Keys.commit(version));
    if (row == null) {
      throw new CorruptionException(
          "commit " + version + " is missing from the backup; restore another one",
          Map.of("version", Long.toString(version)));
    }
    return CommitRow.timeIn(row);
  }
}
