package dev.nacre.store.commit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.maintain.PurgeKind;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Namespace;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Retention;
import dev.nacre.store.layout.FloorRow;
import dev.nacre.store.layout.PurgeTarget;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a namespace was at each version. */
class NamespaceEntryTest {
  private static final NamespaceOptions ONE = NamespaceOptions.DEFAULT.withRetention(keep(1));
  private static final NamespaceOptions TWO = NamespaceOptions.DEFAULT.withRetention(keep(2));
  private static final EmbeddingSpace A = EmbeddingSpace.of("a", 2);
  private static final EmbeddingSpace B = EmbeddingSpace.of("b", 3);

  private final NamespaceEntry entry = new NamespaceEntry(7, "n", 10, NamespaceEntry.LIVE);

  private static Retention keep(int versions) {
    return Retention.lastVersions(versions);
  }

  @Test
  void namespace_isLiveFromItsCreationToItsEnd() {
    assertFalse(entry.isLive(9));
    assertTrue(entry.isLive(10));
    assertTrue(entry.isLive(Long.MAX_VALUE - 1));
    entry.setDeletedVersion(20);
    assertEquals(20, entry.deletedVersion());
    assertTrue(entry.isLive(19));
    assertFalse(entry.isLive(20));
  }

  @Test
  void namespace_isDroppedWhenItEndedBelowTheFloor() {
    entry.setFloors(new FloorRow(31, 30, 0, 0));
    assertFalse(entry.isDropped());
    entry.setDeletedVersion(31);
    assertFalse(entry.isDropped());
    entry.setDeletedVersion(30);
    assertTrue(entry.isDropped());
  }

  @Test
  void options_holdFromTheirVersionOn() {
    assertEquals(NamespaceOptions.DEFAULT, entry.options(Long.MAX_VALUE));
    entry.addOptions(12, ONE);
    entry.addOptions(15, TWO);
    assertEquals(NamespaceOptions.DEFAULT, entry.options(11));
    assertEquals(ONE, entry.options(12));
    assertEquals(ONE, entry.options(14));
    assertEquals(TWO, entry.options(15));
    entry.removeLastOptions();
    assertEquals(ONE, entry.options(15));
    entry.removeLastOptions();
    assertEquals(NamespaceOptions.DEFAULT, entry.options(15));
  }

  @Test
  void spaces_areNumberedFromOneAndThereFromTheirVersionOn() {
    assertEquals(0, entry.spaceId("a", 99));
    assertEquals(1, entry.addSpace(12, A));
    assertEquals(2, entry.addSpace(15, B));
    assertEquals(2, entry.spaceCount());
    assertEquals(0, entry.spaceId("a", 11));
    assertEquals(1, entry.spaceId("a", 12));
    assertEquals(0, entry.spaceId("b", 14));
    assertEquals(2, entry.spaceId("b", 15));
    assertEquals(A, entry.space(1));
    assertEquals(B, entry.space(2));
    assertEquals(B, entry.findSpace("b"));
    assertNull(entry.findSpace("c"));
    assertEquals(
        new Namespace("n", 7, 10, NamespaceOptions.DEFAULT, List.of(A)), entry.describe(14));
    assertEquals(List.of(A, B), entry.describe(15).spaces());
    entry.removeLastSpace();
    assertNull(entry.findSpace("b"));
    assertEquals(1, entry.spaceCount());
  }

  @Test
  void purges_comeAndGo() {
    Purging purging = new Purging(20, 1, new PurgeTarget(PurgeKind.NAMESPACE, new byte[0]));
    entry.addPurge(purging);
    assertFalse(entry.purges().isEmpty());
    entry.removePurge(purging);
    assertTrue(entry.purges().isEmpty());
    assertEquals(0, entry.purges().newest());
    entry.addPurge(purging);
    entry.erased(purging, 25);
    assertTrue(entry.purges().isEmpty());
    assertEquals(20, entry.purges().newest());
    assertTrue(entry.purges().mayHaveErased(20, 25));
    assertFalse(entry.purges().mayHaveErased(20, 26));
    entry.erased(22);
    assertEquals(22, entry.purges().newest());
  }

  @Test
  void entry_tellsWhatItWasMadeOf() {
    assertEquals(7, entry.id());
    assertEquals("n", entry.name());
    assertEquals(10, entry.createdVersion());
    assertEquals(0, entry.loggedVersion());
    entry.setLoggedVersion(13);
    assertEquals(13, entry.loggedVersion());
  }
}
