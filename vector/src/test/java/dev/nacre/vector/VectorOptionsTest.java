package dev.nacre.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.ValidationException;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import org.junit.jupiter.api.Test;

/** Options are checked, and a forced provider is an error or the one in use. */
class VectorOptionsTest {
  @Test
  void constructor_outOfRange_refused() {
    assertThrows(ValidationException.class, () -> new VectorOptions(null, 1, 1));
    assertThrows(ValidationException.class, () -> new VectorOptions(null, 1 << 20, 0));
    assertEquals(20_000, VectorOptions.DEFAULT.graphThreshold());
  }

  @Test
  void open_providerForced_usedOrRefused() {
    try (Store store = Store.open(StoreOptions.inMemory())) {
      assertThrows(
          ValidationException.class,
          () -> VectorEngine.open(store, new VectorOptions("abacus", 1 << 20, 1)));
      try (VectorEngine engine =
          VectorEngine.open(store, new VectorOptions("scalar", 1 << 20, 1))) {
        assertTrue(engine.statistics().provider().startsWith("scalar"));
      }
    }
  }
}
