package dev.nacre.examples;

import dev.nacre.Database;
import dev.nacre.Maintenance;
import dev.nacre.maintain.Backup;
import dev.nacre.maintain.BackupRequest;
import dev.nacre.maintain.RestoreRequest;
import dev.nacre.maintain.VerifyReport;
import dev.nacre.model.AsOf;
import dev.nacre.model.Commit;
import dev.nacre.model.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Backs a database up while it is open, and goes back to before a mistake. */
public final class BackUpAndRestore {
  private BackUpAndRestore() {}

  /** Prints what the restored database holds; the argument is a directory to work in. */
  public static void main(String[] arguments) throws IOException {
    Path parent =
        arguments.length > 0 ? Path.of(arguments[0]) : Files.createTempDirectory("nacre-example-");
    Path directory = parent.resolve("memory");
    Path backups = parent.resolve("backups");
    // region backup
    Commit good;
    try (Database db = Database.open(directory)) {
      good = db.put("notes", "ada", Value.text("drinks tea")).join();
      db.put("notes", "ada", Value.text("a mistake")).join();

      Backup backup = db.backup(BackupRequest.to(backups)).join(); // reads and writes go on
      System.out.println("backed up to version " + backup.version());
    }
    // endregion
    // region restore
    Path restored = parent.resolve("restored");
    RestoreRequest newest = RestoreRequest.of(backups, restored);
    Maintenance.restore(newest.withAsOf(AsOf.version(good.version()))).join();

    VerifyReport report = Maintenance.verify(restored).join();
    System.out.println(report.isClean() ? "nothing is wrong" : report.problems().toString());
    // endregion
    try (Database db = Database.openReadOnly(restored)) {
      System.out.println(db.require("notes", "ada").join().value().orElseThrow().asString());
    }
  }
}
