package dev.nacre.store.commit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.store.layout.FloorRow;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Floors are raised under nobody who holds a version below them. */
class FloorsTest {
  private final NamespaceEntry namespace = new NamespaceEntry(1, "notes", 1, NamespaceEntry.LIVE);

  @Test
  void raiseFloors_belowWhatIsHeld_stands() {
    assertTrue(namespace.raiseFloors(new FloorRow(10, 9, 0, 0), () -> 9));
    assertEquals(new FloorRow(10, 9, 0, 0), namespace.floors());
  }

  @Test
  void raiseFloors_aboveWhatIsHeldByThen_isTakenBack() {
    assertTrue(namespace.raiseFloors(new FloorRow(4, 3, 0, 0), () -> Long.MAX_VALUE));
    assertFalse(namespace.raiseFloors(new FloorRow(10, 9, 0, 0), () -> 8));
    assertFalse(namespace.raiseFloors(new FloorRow(0, 9, 0, 0), () -> 8));
    assertFalse(namespace.raiseFloors(new FloorRow(10, 0, 0, 0), () -> 8));
    assertEquals(new FloorRow(4, 3, 0, 0), namespace.floors());
  }

  @Test
  void raiseFloors_thatStayWhereTheyWere_standsWhateverIsHeld() {
    assertTrue(namespace.raiseFloors(new FloorRow(4, 3, 0, 0), () -> Long.MAX_VALUE));
    // Held below what was dropped before: that can no longer be read anyway.
    assertTrue(namespace.raiseFloors(new FloorRow(4, 3, 2, 9), () -> 1));
    assertEquals(new FloorRow(4, 3, 2, 9), namespace.floors());
  }

  @Test
  void settledFloors_whileFloorsAreTakenBack_areThoseThatStand() {
    AtomicReference<Thread> reader = new AtomicReference<>();
    CompletableFuture<FloorRow> settled = new CompletableFuture<>();
    assertFalse(
        namespace.raiseFloors(
            new FloorRow(10, 9, 0, 0),
            () -> {
              assertEquals(9, namespace.floors().history());
              reader.set(
                  Thread.ofPlatform().start(() -> settled.complete(namespace.settledFloors())));
              Awaitility.await().until(() -> reader.get().getState() == Thread.State.BLOCKED);
              return 5;
            }));
    assertEquals(FloorRow.NONE, settled.join());
  }
}
