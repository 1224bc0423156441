package dev.nacre.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class KnownPastTest {
  @Test
  void tells_fromTheOldestOn_butForGaps() {
    KnownPast past = KnownPast.from(10).without(20, 25).without(25, 26).without(30, 40);
    for (long version = 0; version < 60; version++) {
      boolean gap = (version > 20 && version < 25) || (version > 30 && version < 40);
      assertEquals(version >= 10 && !gap, past.tells(version), "version " + version);
    }
  }

  @Test
  void manyGaps_oldOnesAreGivenUp_neverTold() {
    KnownPast past = KnownPast.from(0);
    for (long after = 0; after < 2_000; after += 10) {
      past = past.without(after, after + 5);
    }
    for (long version = 0; version < 2_000; version++) {
      if (version % 10 > 0 && version % 10 < 5) {
        assertFalse(past.tells(version), "version " + version);
      }
    }
    assertTrue(past.tells(1_995));
    assertTrue(past.tells(1_990));
  }
}
