package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.maintain.Backup;
import dev.nacre.maintain.RestoreRequest;
import dev.nacre.store.maintain.BackupCheck;
import dev.nacre.store.maintain.BackupRestore;
import dev.nacre.store.verify.StoreVerification;
import dev.nacre.store.verify.ViewCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process killed while it makes a backup leaves none that lists as complete and is not. */
class BackupCrashTest {
  @TempDir private Path temporary;

  @Test
  void killedDuringABackup_whatIsListedIsWhole() throws Exception {
    kill(8, new Random().nextLong());
  }

  @Tag("soak")
  @Test
  void killedDuringABackup_manyTimes_whatIsListedIsWhole() throws Exception {
    kill(200, new Random().nextLong());
  }

  private void kill(int times, long seed) throws Exception {
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    Path database = temporary.resolve("db");
    Path backups = temporary.resolve("backups");
    int listed = 0;
    for (int i = 0; i < times; i++) {
      long acknowledged;
      try (ChildJvm child =
          ChildJvm.start(
              BackupChild.class, temporary, database.toString(), backups.toString(), "life" + i)) {
        acknowledged = Long.parseLong(child.expect("backup ").substring("backup ".length()));
        // One is finished now and then, so that the next shares its files.
        if (random.nextBoolean()) {
          child.expect("made ");
          child.expect("backup ");
        }
        child.run(Duration.ofNanos(random.nextLong(60_000_000)));
        child.kill();
      }
      List<Backup> complete = Files.isDirectory(backups) ? BackupRestore.list(backups) : List.of();
      assertTrue(complete.size() >= listed, "a backup that was listed is gone");
      if (complete.isEmpty()) {
        continue;
      }
      assertEquals(List.of(), BackupCheck.run(backups).problems(), "seed " + seed);
      if (complete.size() > listed) {
        Path target = temporary.resolve("restored" + i);
        var restored = BackupRestore.run(RestoreRequest.of(backups, target));
        assertEquals(complete.getLast().version(), restored.version());
        assertTrue(restored.version() > 0 && acknowledged > 0);
        assertEquals(List.of(), StoreVerification.run(target, ViewCheck.NONE).problems());
        TestDirectories.delete(target);
      }
      listed = complete.size();
    }
    assertTrue(listed > 0, "no backup was ever completed");
  }
}
