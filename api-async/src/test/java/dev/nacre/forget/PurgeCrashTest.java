package dev.nacre.forget;

import static dev.nacre.testing.Futures.await;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.Database;
import dev.nacre.GetRequest;
import dev.nacre.Maintenance;
import dev.nacre.maintain.PurgeKind;
import dev.nacre.maintain.PurgeReport;
import dev.nacre.maintain.PurgeRequest;
import dev.nacre.model.AsOf;
import dev.nacre.testing.ChildJvm;
import dev.nacre.testing.TestDirectories;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process killed while it purges: either nothing of the purge has happened, or nothing of the key
 * can be read when the database is opened again, and it ends with nothing left.
 */
class PurgeCrashTest {
  @TempDir private Path temporary;

  @Test
  void killedDuringAPurge_openedAgain_nothingIsLeft() throws Exception {
    kill(10, new Random().nextLong());
  }

  @Tag("soak")
  @Test
  void killedDuringAPurge_manyTimes_nothingIsLeft() throws Exception {
    kill(150, new Random().nextLong());
  }

  private void kill(int times, long seed) throws Exception {
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    Canaries canaries = new Canaries(seed);
    Path filled = temporary.resolve("filled");
    String key;
    try (Database db = CanaryWorld.open(filled)) {
      key = CanaryWorld.fill(db, canaries);
      CanaryWorld.buildWith(db, canaries, filled);
    }
    int interrupted = 0;
    for (int i = 0; i < times; i++) {
      PurgeKind kind = List.of(PurgeKind.values()).get(random.nextInt(3));
      Path directory = temporary.resolve("db" + i);
      TestDirectories.copy(filled, directory);
      try (ChildJvm child =
          ChildJvm.start(PurgeChild.class, temporary, directory.toString(), kind.name(), key)) {
        child.expect("purging");
        child.run(Duration.ofNanos(random.nextLong(300_000_000)));
        child.kill();
      }
      interrupted += check(directory, canaries, kind, key) ? 1 : 0;
      TestDirectories.delete(directory);
    }
    System.out.println(interrupted + " of " + times + " purges were interrupted");
    assertTrue(interrupted > 0, "no purge was interrupted");
  }

  /** Whether the purge had begun and was not complete. */
  private static boolean check(Path directory, Canaries canaries, PurgeKind kind, String key)
      throws IOException {
    boolean interrupted;
    // Read-only: nothing goes on.
    try (Database db = Database.openReadOnly(directory)) {
      List<PurgeReport> purges = await(db.purges());
      interrupted = purges.stream().anyMatch(purge -> purge.purge().completedAt().isEmpty());
      if (purges.isEmpty()) {
        assertTrue(await(db.contains(CanaryWorld.NAMESPACE, key)));
      } else {
        assertGone(db, key);
      }
    }
    assertEquals(List.of(), await(Maintenance.verify(directory)).problems());
    try (Database db = CanaryWorld.open(directory)) {
      if (await(db.purges()).isEmpty()) {
        var _ =
            await(
                db.purge(
                    new PurgeRequest(
                        CanaryWorld.NAMESPACE,
                        kind,
                        kind == PurgeKind.NAMESPACE ? "" : key,
                        null,
                        null)));
      }
      assertGone(db, key);
      await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () ->
                  await(db.purges()).stream()
                      .allMatch(purge -> purge.purge().completedAt().isPresent()));
      assertEquals(Map.of(), canaries.findIn(directory), kind.name());
      assertGone(db, key);
    }
    assertEquals(Map.of(), canaries.findIn(directory), kind.name());
    assertEquals(List.of(), await(Maintenance.verify(directory)).problems());
    return interrupted;
  }

  private static void assertGone(Database db, String key) {
    assertFalse(await(db.contains(CanaryWorld.NAMESPACE, key)));
    long newest = await(db.stats()).readPoint().version();
    for (long version = 1; version <= newest; version += 7) {
      assertFalse(
          await(
              db.contains(
                  GetRequest.of(CanaryWorld.NAMESPACE, key).withAsOf(AsOf.version(version)))));
    }
    assertEquals(List.of(), await(db.history(CanaryWorld.NAMESPACE, key)).items());
  }
}
