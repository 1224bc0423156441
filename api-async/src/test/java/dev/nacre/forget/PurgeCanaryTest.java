package dev.nacre.forget;

import static dev.nacre.testing.Futures.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.Database;
import dev.nacre.Maintenance;
import dev.nacre.maintain.PurgeKind;
import dev.nacre.maintain.PurgeReport;
import dev.nacre.maintain.PurgeRequest;
import dev.nacre.model.Value;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Canaries as value, key, metadata and vector, in several versions, files and indexes: found before
 * the purge wherever they should be, and nowhere afterwards.
 */
class PurgeCanaryTest {
  @TempDir private Path temporary;

  @ParameterizedTest
  @EnumSource(PurgeKind.class)
  void purge_nothingOfItIsLeftInAnyFile(PurgeKind kind) throws Exception {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Canaries canaries = new Canaries(seed);
    Path directory = temporary.resolve("db");
    try (Database db = CanaryWorld.open(directory)) {
      String key = CanaryWorld.fill(db, canaries);
      int others = CanaryWorld.search(db) - 1;
      CanaryWorld.buildWith(db, canaries, directory);
      assertFoundEverywhere(canaries, directory);

      PurgeReport report = await(db.purge(request(kind, key)));
      assertTrue(report.purge().completedAt().isPresent());
      assertTrue(report.purge().erased().versions() >= 5, report::toString);
      assertTrue(report.purge().erased().pastVectors() >= 2, report::toString);
      assertTrue(report.purge().filesRewritten() > 0, report::toString);
      assertEquals(Map.of(), canaries.findIn(directory), "seed " + seed);

      assertFalse(await(db.contains(CanaryWorld.NAMESPACE, key)));
      assertEquals(kind == PurgeKind.NAMESPACE ? 0 : others, CanaryWorld.search(db));
      if (kind != PurgeKind.NAMESPACE) {
        CanaryWorld.build(db);
        // Written again it is a record like any other.
        await(db.put(CanaryWorld.NAMESPACE, "other/1000", Value.text("later")));
      }
      assertEquals(Map.of(), canaries.findIn(directory), "seed " + seed);
    }
    assertEquals(Map.of(), canaries.findIn(directory), "closed, seed " + seed);
    assertEquals(List.of(), await(Maintenance.verify(directory)).problems());
    try (Database db = CanaryWorld.open(directory)) {
      assertEquals(Map.of(), canaries.findIn(directory), "opened again, seed " + seed);
      assertEquals(1, await(db.purges()).size());
    }
    assertEquals(Map.of(), canaries.findIn(directory), "closed again, seed " + seed);
  }

  private static PurgeRequest request(PurgeKind kind, String key) {
    PurgeRequest request =
        switch (kind) {
          case KEY -> PurgeRequest.key(CanaryWorld.NAMESPACE, key);
          case PREFIX -> PurgeRequest.prefix(CanaryWorld.NAMESPACE, CanaryWorld.PREFIX);
          case NAMESPACE -> PurgeRequest.namespace(CanaryWorld.NAMESPACE);
        };
    return request.withActor("ada").withReason("on request");
  }

  /** Without this the test could not fail. */
  private static void assertFoundEverywhere(Canaries canaries, Path directory) throws Exception {
    Map<String, Set<String>> found = canaries.findIn(directory);
    assertEquals(new TreeSet<>(canaries.all()), new TreeSet<>(found.keySet()));
    for (String what : List.of("key", "first value", "metadata", "first vector")) {
      assertIn(found.getOrDefault(what, Set.of()), "store/.*\\.sst");
    }
    for (String what : List.of("key", "first value", "second value", "second vector")) {
      assertIn(found.getOrDefault(what, Set.of()), "store/.*\\.sst \\(decoded\\)");
    }
    for (String what : List.of("key", "third value", "third vector")) {
      assertIn(found.getOrDefault(what, Set.of()), "store/.*\\.log");
    }
    assertIn(found.getOrDefault("key", Set.of()), "store/MANIFEST.*");
    assertIn(found.getOrDefault("key", Set.of()), "index/.*");
    assertIn(found.getOrDefault("third vector", Set.of()), "index/.*");
  }

  private static void assertIn(Set<String> places, String pattern) {
    assertTrue(
        places.stream().anyMatch(place -> place.matches(pattern)),
        () -> pattern + " not among " + places);
  }
}
