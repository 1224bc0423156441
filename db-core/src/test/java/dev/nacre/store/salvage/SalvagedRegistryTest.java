package dev.nacre.store.salvage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.maintain.ErasedRows;
import dev.nacre.maintain.PurgeKind;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Retention;
import dev.nacre.store.layout.FloorRow;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.PurgeRow;
import dev.nacre.store.layout.PurgeTarget;
import dev.nacre.store.layout.RegistryRows;
import dev.nacre.store.layout.RegistryRows.NamespaceRow;
import dev.nacre.store.layout.RegistryRows.SpaceRow;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Of several states of one row the one that is further on counts, in whatever order they come. */
class SalvagedRegistryTest {
  private static final long LIVE = Long.MAX_VALUE;
  private static final NamespaceOptions OPTIONS =
      NamespaceOptions.DEFAULT.withRetention(Retention.lastVersions(3));

  private final SalvagedRegistry registry = new SalvagedRegistry();

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void namespace(int id, String name, long deleted) {
    registry.take(Keys.namespace(id), new NamespaceRow(name, 1, deleted).encode());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void namespaceInTwoStates_isDeletedWhicheverComesFirst(boolean deletedFirst) {
    namespace(7, "docs", deletedFirst ? 5 : LIVE);
    namespace(7, "docs", deletedFirst ? LIVE : 5);
    registry.end();
    assertTrue(registry.isDeleted(7));
    assertEquals(List.of(7), registry.deletedAt(5));
    assertEquals(List.of(), registry.deletedAt(4));
    assertFalse(registry.isGone(7, 4));
    assertTrue(registry.isGone(7, 5));
    assertTrue(registry.isGone(7, 6));
    assertEquals(5, registry.lastVersion());
  }

  @Test
  void liveNamespace_isNeitherDeletedNorGone() {
    namespace(7, "docs", LIVE);
    registry.end();
    assertTrue(registry.isKnown(7));
    assertFalse(registry.isDeleted(7));
    assertFalse(registry.isGone(7, LIVE - 1));
    assertEquals(0, registry.lastVersion());
  }

  @Test
  void namespaceOfWhichNothingIsLeft_hasANameThatStandsForIt() {
    namespace(7, "docs", LIVE);
    assertEquals("docs", registry.name(7));
    assertEquals("salvaged-8", registry.name(8));
    assertEquals(Set.of(7, 8), registry.asked());
    assertFalse(registry.isKnown(8));
    assertFalse(registry.isDeleted(8));
    assertFalse(registry.isGone(8, 100));
    assertNull(registry.space(8, 1));
    assertEquals(FloorRow.NONE, registry.floor(8));
  }

  @Test
  void options_areThoseOfTheirVersion() {
    registry.take(Keys.options(7, 4), RegistryRows.encode(OPTIONS));
    registry.take(Keys.options(8, 4), RegistryRows.encode(NamespaceOptions.DEFAULT));
    assertEquals(Map.of(7, OPTIONS, 8, NamespaceOptions.DEFAULT), registry.optionsAt(4));
    assertEquals(Map.of(), registry.optionsAt(3));
    assertEquals(4, registry.lastVersion());
    // A later end of a namespace is later.
    namespace(7, "docs", 9);
    registry.end();
    assertEquals(9, registry.lastVersion());
  }

  @Test
  void space_isKnownByNamespaceAndNumber() {
    EmbeddingSpace space = EmbeddingSpace.of("s", 3);
    registry.take(Keys.space(7, 2), new SpaceRow(space, 1).encode());
    assertEquals(space, registry.space(7, 2));
    assertNull(registry.space(7, 1));
    assertNull(registry.space(2, 2));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void floorsInTwoStates_theHigherCounts(boolean higherFirst) {
    FloorRow low = new FloorRow(3, 2, 0, 0);
    FloorRow high = new FloorRow(9, 8, 1, 7);
    registry.take(Keys.floor(7), (higherFirst ? high : low).encode());
    registry.take(Keys.floor(7), (higherFirst ? low : high).encode());
    assertEquals(high, registry.floor(7));
  }

  private static PurgeRow purge(PurgeRow.State state, PurgeKind kind, String key) {
    return new PurgeRow(
        state,
        6,
        1,
        0,
        new int[] {7, 8},
        "docs",
        null,
        null,
        ErasedRows.NONE,
        0,
        new PurgeTarget(kind, bytes(key)));
  }

  @Test
  void purgeUnderWay_coversItsRecordsUpToItsVersion() {
    PurgeRow purge = purge(PurgeRow.State.ERASING, PurgeKind.PREFIX, "a");
    registry.take(purge.key(), purge.encode());
    assertTrue(registry.isPurged(7, bytes("ab"), 6));
    assertTrue(registry.isPurged(8, bytes("a"), 1));
    assertFalse(registry.isPurged(7, bytes("ab"), 7), "written after it");
    assertFalse(registry.isPurged(7, bytes("b"), 6), "another key");
    assertFalse(registry.isPurged(9, bytes("ab"), 6), "another namespace");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void purgeInTwoStates_thatIsDone_coversNothingAnyMore(boolean doneFirst) {
    PurgeRow erasing = purge(PurgeRow.State.ERASING, PurgeKind.NAMESPACE, "");
    PurgeRow done = purge(PurgeRow.State.DONE, PurgeKind.NAMESPACE, "");
    registry.take(erasing.key(), (doneFirst ? done : erasing).encode());
    registry.take(erasing.key(), (doneFirst ? erasing : done).encode());
    assertFalse(registry.isPurged(7, bytes("a"), 6));
  }

  @Test
  void rowsOfTheOldDirectoryAlone_areNotTaken() {
    registry.take(Keys.lineage(), bytes("of the old directory"));
    registry.end();
    assertEquals(0, registry.lastVersion());
    assertEquals(Set.of(), registry.asked());
  }
}
