package dev.nacre;

import static java.util.Objects.requireNonNull;

import dev.nacre.maintain.Backup;
import dev.nacre.maintain.DirectoryOwner;
import dev.nacre.maintain.RepairReport;
import dev.nacre.maintain.RestoreRequest;
import dev.nacre.maintain.RestoredBackup;
import dev.nacre.maintain.SalvageReport;
import dev.nacre.maintain.SalvageRequest;
import dev.nacre.maintain.VerifyReport;
import dev.nacre.runtime.Failures;
import dev.nacre.store.maintain.BackupCheck;
import dev.nacre.store.maintain.BackupRestore;
import dev.nacre.store.maintain.Owners;
import dev.nacre.store.maintain.StoreRepair;
import dev.nacre.store.salvage.Salvage;
import dev.nacre.store.verify.StoreVerification;
import dev.nacre.vector.IndexCheck;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * What is done to directories: verifying, repairing and salvaging a database, restoring backups.
 *
 * <p>Each call begins at once, on a thread of its own, which also completes the future; nothing of
 * it is given up when the future is cancelled. A null argument throws {@link NullPointerException};
 * everything else fails the future with a {@code dev.nacre.error.NacreException}. Thread-safe.
 */
public final class Maintenance {
  private Maintenance() {}

  /**
   * Reads everything in a database directory and reports each problem with its place. Writes
   * nothing; may run beside the owner, whose indexes it then leaves out.
   *
   * <p>Fails with Format when there is no database, or one of a newer format.
   */
  public static CompletableFuture<VerifyReport> verify(Path directory) {
    requireNonNull(directory, "directory");
    return begin("verifying", () -> StoreVerification.run(directory, IndexCheck::run));
  }

  /**
   * Removes what is derived, to be built again, and what a killed backup has left; then verifies.
   * What is damaged in the store itself is the only copy and is reported, never guessed.
   *
   * <p>Fails with Locked when the database is open, Format when there is none.
   */
  public static CompletableFuture<RepairReport> repair(Path directory) {
    requireNonNull(directory, "directory");
    return begin("repairing", () -> StoreRepair.run(directory, IndexCheck::run));
  }

  /**
   * Writes what is readable of a damaged database into a new directory, and says what is not. The
   * damaged one is not changed. In the new one, a database of its own, versions have the numbers
   * and commit times that they had; what a commit has written and is lost is absent from that
   * version on. For when there is no backup, or an old one.
   *
   * <p>Fails with Locked when the database is open, Format when there is no store or one of a newer
   * format, Validation when the new directory is not empty.
   */
  public static CompletableFuture<SalvageReport> salvage(SalvageRequest request) {
    requireNonNull(request, "request");
    return begin("the salvage", () -> Salvage.run(request));
  }

  /**
   * The complete backups in a backup directory, oldest first.
   *
   * <p>Fails with Corruption when a manifest is damaged; {@link #verifyBackups} then says what is
   * left.
   */
  public static CompletableFuture<List<Backup>> backups(Path backups) {
    requireNonNull(backups, "backups");
    return begin("listing backups", () -> BackupRestore.list(backups));
  }

  /**
   * Makes a database of a backup, in a new directory, as of any version or instant up to the end of
   * the backup. Its versions go on from there in a new lineage, so that cursors of the database
   * that was backed up are refused. When it fails, the directory is as it was.
   *
   * <p>Fails with KeyNotFound when there is no such backup, Validation when the directory is not
   * empty or the version is beyond the backup, Corruption when a checksum is not right.
   */
  public static CompletableFuture<RestoredBackup> restore(RestoreRequest request) {
    requireNonNull(request, "request");
    return begin("the restore", () -> BackupRestore.run(request));
  }

  /** Reads every file of every backup in a backup directory and compares its checksum. */
  public static CompletableFuture<VerifyReport> verifyBackups(Path backups) {
    requireNonNull(backups, "backups");
    return begin("verifying backups", () -> BackupCheck.run(backups));
  }

  /**
   * The process that has a directory open for writing, as far as can be told without touching its
   * lock; one on another host is taken for living.
   */
  public static CompletableFuture<Optional<DirectoryOwner>> owner(Path directory) {
    requireNonNull(directory, "directory");
    return begin("looking for the owner", () -> Owners.of(directory));
  }

  private static <R> CompletableFuture<R> begin(String what, Supplier<R> work) {
    CompletableFuture<R> future = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("nacre-maintenance")
        .start(
            () -> {
              try {
                future.complete(work.get());
              } catch (RuntimeException | Error e) {
                future.completeExceptionally(Failures.of(what, e));
              }
            });
    return future;
  }
}
