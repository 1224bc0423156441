package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.model.ReadPoint;
import dev.nacre.model.VersionedRecord;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.Sweeping;
import dev.nacre.store.verify.StoreVerification;
import dev.nacre.store.verify.ViewCheck;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process killed while its sweeper works leaves a store that verifies, with everything that was
 * acknowledged, and the next sweep goes on where that one was.
 */
class RetentionCrashTest {
  @TempDir private Path temporary;

  @Test
  void killedDuringSweeps_nothingThatCountsIsLost() throws Exception {
    kill(6, new Random().nextLong());
  }

  @Tag("soak")
  @Test
  void killedDuringSweeps_manyTimes_nothingThatCountsIsLost() throws Exception {
    kill(200, new Random().nextLong());
  }

  private void kill(int times, long seed) throws Exception {
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    Path database = temporary.resolve("db");
    long number = 0;
    for (int i = 0; i < times; i++) {
      long acknowledged = number;
      try (ChildJvm child =
          ChildJvm.start(
              RetentionChild.class, temporary, database.toString(), Long.toString(number))) {
        child.expect("open");
        for (int batches = 1 + random.nextInt(30); batches > 0; batches--) {
          acknowledged = Long.parseLong(child.expect("done ").substring("done ".length()));
        }
        child.run(Duration.ofNanos(random.nextLong(20_000_000)));
        child.kill();
      }
      assertEquals(
          List.of(), StoreVerification.run(database, ViewCheck.NONE).problems(), "seed " + seed);
      number = check(database, acknowledged);
    }
  }

  /** The number of the last commit. */
  private static long check(Path database, long acknowledged) {
    try (Store store =
        Store.open(
            StoreOptions.in(database)
                .withSweeping(new Sweeping(Duration.ZERO, Duration.ofMillis(2))))) {
      ReadPoint now = store.now();
      long last = 0;
      for (int key = 0; key < RetentionChild.KEYS; key++) {
        last = Math.max(last, number(store, now, "all", key));
      }
      assertTrue(last >= acknowledged, last + " is there, acknowledged was " + acknowledged);
      for (String namespace : RetentionChild.NAMESPACES) {
        for (int key = 0; key < RetentionChild.KEYS; key++) {
          assertEquals(
              last - Math.floorMod(last - key, RetentionChild.KEYS),
              number(store, now, namespace, key));
        }
      }
      var _ = store.sweep(() -> false);
      assertEquals(0, store.statistics().sweeps().failures());
      return last;
    }
  }

  private static long number(Store store, ReadPoint at, String namespace, int key) {
    VersionedRecord record = store.get(at, namespace, "k" + key, Set.of("default")).orElseThrow();
    assertEquals(1, record.embeddings().size());
    return Long.parseLong(record.value().orElseThrow().asString());
  }
}
