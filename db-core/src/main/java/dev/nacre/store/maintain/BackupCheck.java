package dev.nacre.store.maintain;

import dev.nacre.error.CorruptionException;
import dev.nacre.error.FormatException;
import dev.nacre.maintain.BackupFile;
import dev.nacre.maintain.Problem.Area;
import dev.nacre.maintain.VerifyReport;
import dev.nacre.store.layout.FileOperations;
import dev.nacre.store.verify.Findings;
import dev.nacre.store.verify.IoFailures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** Compares every file of every backup in a directory with its checksum. Stateless. */
public final class BackupCheck {
  private BackupCheck() {}

  /** Reads everything; nothing is written. Blocks. */
  public static VerifyReport run(Path backups) {
    BackupDirectory directory = new BackupDirectory(backups, FileOperations.REAL);
    Findings findings = new Findings();
    long newest = -1;
    try {
      Set<Path> read = new HashSet<>();
      for (Path file : directory.manifestFiles()) {
        findings.file();
        BackupManifest manifest;
        try {
          manifest = directory.read(file);
        } catch (CorruptionException | FormatException e) {
          findings.add(Area.BACKUP, file.toString(), String.valueOf(e.getMessage()));
          continue;
        }
        newest = Math.max(newest, manifest.backup().version());
        for (BackupFile backedUp : manifest.backup().files()) {
          if (read.add(directory.stored(backedUp))) {
            check(directory, backedUp, findings);
          }
        }
      }
    } catch (IOException e) {
      throw IoFailures.of("verifying backups", directory.path(), e);
    }
    return findings.report(directory.path(), newest);
  }

  private static void check(BackupDirectory directory, BackupFile file, Findings findings)
      throws IOException {
    Path stored = directory.stored(file);
    if (!Files.isRegularFile(stored)) {
      findings.add(Area.BACKUP, stored.toString(), file.name() + " is missing");
      return;
    }
    FileCopy.Summary found = FileCopy.read(stored);
    findings.file();
    if (found.bytes() != file.bytes() || !found.sha256().equals(file.sha256())) {
      findings.add(
          Area.BACKUP, stored.toString(), file.name() + " is damaged: its checksum is not right");
    }
  }
}
