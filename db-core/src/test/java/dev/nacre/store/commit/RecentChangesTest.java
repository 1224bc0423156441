package dev.nacre.store.commit;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** What is not known to be unchanged counts as changed. */
class RecentChangesTest {
  private static final int REMEMBERED = 1 << 16;

  private final RecentChanges recent = new RecentChanges(10);

  private static ByteKey key(int i) {
    return new ByteKey(ByteBuffer.allocate(4).putInt(i).array());
  }

  @Test
  void keyThatNobodyChanged_isUnchangedSinceTheFloor() {
    assertFalse(recent.unchangedSince(key(1), 9));
    assertTrue(recent.unchangedSince(key(1), 10));
    assertTrue(recent.unchangedSince(key(1), 11));
  }

  @Test
  void keyThatWasChanged_isUnchangedSinceThatVersion() {
    recent.add(key(1), 20);
    assertFalse(recent.unchangedSince(key(1), 19));
    assertTrue(recent.unchangedSince(key(1), 20));
    assertTrue(recent.unchangedSince(key(2), 19));
    recent.add(key(1), 25);
    assertFalse(recent.unchangedSince(key(1), 24));
  }

  @Test
  void keyThatIsForgotten_raisesTheFloorToItsVersion() {
    recent.add(key(0), 20);
    for (int i = 1; i < REMEMBERED; i++) {
      recent.add(key(i), 20 + i);
    }
    assertTrue(recent.unchangedSince(key(-1), 10), "all of them are remembered");
    recent.add(key(-2), 200_000);
    assertFalse(recent.unchangedSince(key(-1), 19), "the first is not any more");
    assertTrue(recent.unchangedSince(key(-1), 20));
    assertTrue(recent.unchangedSince(key(0), 20));
  }

  @Test
  void keyThatIsForgotten_andWasChangedAgain_isRememberedByItsLaterChange() {
    recent.add(key(0), 20);
    for (int i = 1; i < REMEMBERED; i++) {
      recent.add(key(i), 21);
    }
    recent.add(key(0), 30);
    assertFalse(recent.unchangedSince(key(0), 29));
    assertTrue(recent.unchangedSince(key(0), 30));
  }
}
