package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.model.HistoryEntry;
import dev.nacre.model.HistoryRequest;
import dev.nacre.model.Page;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.VersionedRecord;
import dev.nacre.store.Store;
import dev.nacre.testing.CrashRun.Acknowledged;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Callers that retry with idempotency keys across kills of the process have every one of their
 * commits exactly once, and are told the same commit each time.
 */
class IdempotencyCrashTest {
  @TempDir Path work;

  @Test
  void retriesAcrossKills_commitExactlyOnce() throws Exception {
    kill(25, new Random().nextLong());
  }

  @Tag("soak")
  @Test
  void retriesAcrossManyKills_commitExactlyOnce() throws Exception {
    kill(Integer.getInteger("nacre.soak.kills", 2_000), new Random().nextLong());
  }

  private void kill(int times, long seed) throws Exception {
    System.out.println("IdempotencyCrashTest: " + times + " kills, seed " + seed);
    try (CrashRun run =
        new CrashRun(IdempotencyCrashChild.class, work, seed, () -> IdempotencyCrashTest::verify)) {
      run.kill(times);
      System.out.println(
          "IdempotencyCrashTest: killed "
              + run.kills()
              + ", acknowledged "
              + run.acknowledgedCommits());
      assertTrue(run.acknowledgedCommits() > 5L * times, "the children hardly wrote");
    }
  }

  private static void verify(Path directory, List<Acknowledged> acknowledged, boolean last) {
    try (Store store = Store.open(directory)) {
      Map<String, Long> versions = new HashMap<>();
      for (VersionedRecord record : records(store, IdempotencyCrashChild.NUMBERS)) {
        assertEquals(null, versions.put(record.key(), record.version()));
        Page<HistoryEntry> history =
            store.history(HistoryRequest.of(IdempotencyCrashChild.NUMBERS, record.key()));
        assertEquals(1, history.items().size(), () -> record.key() + " was written again");
        assertEquals(record.key(), history.items().getFirst().attributes().idempotencyKey());
      }
      for (Acknowledged commit : acknowledged) {
        assertEquals(commit.version(), versions.get(commit.token()), commit::token);
      }
      // Every version is a number: nothing was committed twice, under whatever name.
      assertEquals(store.now().version(), versions.size());
      assertEquals(versions.size(), new TreeSet<>(versions.values()).size());
      checkCounters(store, versions.keySet());
    }
  }

  /** Each odd number of a thread has added one. */
  private static void checkCounters(Store store, Set<String> numbers) {
    Map<String, Integer> expected = new HashMap<>();
    for (String number : numbers) {
      String[] parts = number.split("-", 2);
      if (Integer.parseInt(parts[1]) % 2 == 1) {
        var _ = expected.merge(parts[0], 1, Integer::sum);
      }
    }
    Map<String, Integer> found = new HashMap<>();
    for (VersionedRecord counter : records(store, IdempotencyCrashChild.COUNTERS)) {
      found.put(counter.key(), Integer.parseInt(counter.value().orElseThrow().asString()));
    }
    assertEquals(expected, found);
  }

  private static List<VersionedRecord> records(Store store, String namespace) {
    List<VersionedRecord> all = new ArrayList<>();
    String cursor = null;
    do {
      Page<VersionedRecord> page = store.scan(ScanRequest.of(namespace).withCursor(cursor));
      all.addAll(page.items());
      cursor = page.cursor();
    } while (cursor != null);
    return all;
  }
}
