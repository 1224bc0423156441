package dev.nacre.store.maintain;

import dev.nacre.error.CorruptionException;
import dev.nacre.error.FormatException;
import dev.nacre.error.KeyNotFoundException;
import dev.nacre.error.ValidationException;
import dev.nacre.maintain.Backup;
import dev.nacre.maintain.BackupFile;
import dev.nacre.store.layout.FileOperations;
import dev.nacre.store.layout.OwnerLock;
import dev.nacre.store.layout.StoreDirectory;
import dev.nacre.store.verify.FileTrees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A directory of backups of one database.
 *
 * <pre>
 * ID.backup             the manifest of a backup, written last
 * files/SHA256-BYTES    files of the backups, each there once, never changed
 * files/….tmp           left behind by a backup that was killed; the next one removes it
 * LOCK, OWNER           held while a backup is made
 * </pre>
 *
 * What no manifest names is removed at the end of the next backup. Stateless apart from the path.
 */
final class BackupDirectory {
  static final String FILES = "files";

  private static final Set<String> OTHERS =
      Set.of(FILES, "LOCK", "OWNER", "OWNER.tmp", "lost+found", ".DS_Store");

  private static final int NAMES_MAX = 1_000_000;

  private final Path path;
  private final FileOperations files;

  BackupDirectory(Path path, FileOperations files) {
    this.path = path.toAbsolutePath().normalize();
    this.files = files;
  }

  Path path() {
    return path;
  }

  /** Takes the directory for one backup; made when it is absent. */
  OwnerLock lock() throws IOException {
    if (Files.exists(path) && !Files.isDirectory(path)) {
      throw new ValidationException(
          path + " is a file; backups go to a directory", Map.of("directory", path.toString()));
    }
    refuseForeign();
    files.createDirectories(path.resolve(FILES));
    return OwnerLock.acquire(path, files);
  }

  private void refuseForeign() throws IOException {
    List<String> names = files.list(path, NAMES_MAX);
    for (String name : names) {
      if (!OTHERS.contains(name)
          && !name.endsWith(BackupManifest.SUFFIX)
          && !name.endsWith(BackupManifest.SUFFIX + ".tmp")) {
        throw new FormatException(
            "the directory "
                + path
                + " is not empty and not one of backups: it holds "
                + name
                + "; nothing was changed. Name an empty or new directory",
            Map.of("directory", path.toString(), "found", name));
      }
    }
  }

  /**
   * The manifests of complete backups, oldest first.
   *
   * @throws CorruptionException when one is damaged
   */
  List<BackupManifest> manifests() throws IOException {
    List<BackupManifest> manifests = new ArrayList<>();
    for (Path file : manifestFiles()) {
      manifests.add(read(file));
    }
    manifests.sort(Comparator.comparing(manifest -> manifest.backup().id(), BackupIds.ORDER));
    return manifests;
  }

  /** The files of manifests. */
  List<Path> manifestFiles() throws IOException {
    if (!Files.isDirectory(path)) {
      throw new FormatException(
          "there is no directory of backups at " + path, Map.of("directory", path.toString()));
    }
    if (StoreDirectory.isDatabase(path)) {
      throw new FormatException(
          path + " is a Nacre database; backups lie in a directory of their own",
          Map.of("directory", path.toString()));
    }
    return FileTrees.files(path).stream()
        .filter(file -> file.toString().endsWith(BackupManifest.SUFFIX))
        .toList();
  }

  BackupManifest read(Path file) throws IOException {
    BackupManifest manifest =
        BackupManifest.parse(file, files.read(file, BackupManifest.BYTES_MAX));
    String named = manifest.backup().id() + BackupManifest.SUFFIX;
    if (!named.equals(String.valueOf(file.getFileName()))) {
      throw new CorruptionException(
          "the manifest "
              + file
              + " is the one of backup "
              + manifest.backup().id()
              + "; it was renamed",
          Map.of("file", file.toString()));
    }
    return manifest;
  }

  /** The backup of an id, or the newest. */
  BackupManifest find(@Nullable String id) throws IOException {
    if (id == null) {
      List<BackupManifest> all = manifests();
      if (all.isEmpty()) {
        throw new KeyNotFoundException(
            "there is no complete backup in " + path, Map.of("directory", path.toString()));
      }
      return all.getLast();
    }
    Path file = null;
    for (Path there : manifestFiles()) {
      if (idOf(there).equals(id)) {
        file = there;
      }
    }
    if (file == null) {
      List<String> there =
          manifestFiles().stream().map(BackupDirectory::idOf).sorted(BackupIds.ORDER).toList();
      throw new KeyNotFoundException(
          "there is no backup \"" + id + "\" in " + path + "; there is " + there,
          Map.of("directory", path.toString(), "id", id));
    }
    return read(file);
  }

  static String idOf(Path manifest) {
    String name = String.valueOf(manifest.getFileName());
    return name.substring(0, name.length() - BackupManifest.SUFFIX.length());
  }

  /** Where a file of a backup lies. */
  Path stored(BackupFile file) {
    return path.resolve(FILES).resolve(file.sha256() + "-" + file.bytes());
  }

  /** Where a file is written to before it has its name. */
  Path temporary() {
    return path.resolve(FILES).resolve(UUID.randomUUID() + ".tmp");
  }

  /** Makes a backup complete. */
  void write(BackupManifest manifest) throws IOException {
    files.syncDirectory(path.resolve(FILES));
    files.replaceDurably(
        path.resolve(manifest.backup().id() + BackupManifest.SUFFIX), manifest.encode());
  }

  /** Removes what backups that were killed have left of unfinished files. */
  void removeTemporary() throws IOException {
    for (Path file : FileTrees.files(path.resolve(FILES))) {
      if (file.toString().endsWith(".tmp")) {
        files.delete(file);
      }
    }
  }

  /** Removes files that no backup names. */
  void removeUnused(List<BackupManifest> manifests) throws IOException {
    Set<Path> used = new HashSet<>();
    for (BackupManifest manifest : manifests) {
      for (BackupFile file : manifest.backup().files()) {
        used.add(stored(file));
      }
    }
    for (Path file : FileTrees.files(path.resolve(FILES))) {
      if (!used.contains(file)) {
        files.delete(file);
      }
    }
  }

  /** Refuses a directory that holds backups of another database. */
  static void checkSame(UUID databaseId, List<BackupManifest> manifests) {
    for (BackupManifest manifest : manifests) {
      Backup backup = manifest.backup();
      if (!backup.databaseId().equals(databaseId)) {
        throw new ValidationException(
            "the directory "
                + backup.directory()
                + " holds backups of database "
                + backup.databaseId()
                + ", this one is "
                + databaseId
                + "; name another directory",
            Map.of(
                "directory", backup.directory().toString(),
                "databaseId", databaseId.toString(),
                "found", backup.databaseId().toString()));
      }
    }
  }
}
