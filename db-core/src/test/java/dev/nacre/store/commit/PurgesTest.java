package dev.nacre.store.commit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.maintain.PurgeKind;
import dev.nacre.store.layout.PurgeTarget;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Which rows a purge hides, from whom, and for how long. */
class PurgesTest {
  private static final byte[] A = "a".getBytes(StandardCharsets.UTF_8);
  private static final byte[] AB = "ab".getBytes(StandardCharsets.UTF_8);
  private static final byte[] B = "b".getBytes(StandardCharsets.UTF_8);

  private static Purging purging(long version, PurgeKind kind, byte[] key) {
    return new Purging(version, 10 * version, new PurgeTarget(kind, key));
  }

  @Test
  void purgeOfTheGroupAtHand_hidesFromTheCommitterOnly() {
    Purging begun = purging(5, PurgeKind.KEY, A);
    Purges purges = Purges.NONE.with(begun);
    assertTrue(Purges.NONE.isEmpty());
    assertFalse(purges.isEmpty());
    assertTrue(purges.hidesFromCommitter(A, 5));
    assertFalse(purges.hides(A, 5));
    assertNull(purges.hiding(A, 5));
    assertEquals(5, purges.newestForCommitter());
    assertEquals(0, purges.newest());
    begun.commit();
    assertTrue(purges.hides(A, 5));
    assertSame(begun, purges.hiding(A, 5));
    assertEquals(5, purges.newest());
  }

  @Test
  void purge_hidesOlderRowsOfItsKeys() {
    Purging keys = purging(5, PurgeKind.KEY, A);
    Purging prefix = purging(7, PurgeKind.PREFIX, A);
    keys.commit();
    prefix.commit();
    Purges purges = Purges.NONE.with(keys).with(prefix);
    assertSame(keys, purges.hiding(A, 5));
    assertSame(prefix, purges.hiding(A, 6));
    assertSame(prefix, purges.hiding(AB, 1));
    assertNull(purges.hiding(A, 8));
    assertNull(purges.hiding(B, 1));
    assertFalse(purges.hidesFromCommitter(A, 8));
    assertFalse(purges.hidesFromCommitter(B, 1));
    assertTrue(purges.hidesFromCommitter(AB, 7));
    assertSame(keys, purges.find(5));
    assertSame(prefix, purges.find(7));
    assertNull(purges.find(6));
    assertEquals(7, purges.newest());
    assertEquals(7, purges.newestForCommitter());
    Purges one = purges.without(prefix);
    assertEquals(5, one.newest());
    assertSame(keys, one.find(5));
    assertNull(one.find(7));
    assertTrue(one.without(keys).isEmpty());
  }

  @Test
  void purgeWhoseRowsAreGone_isRememberedByItsVersion() {
    Purging done = purging(5, PurgeKind.KEY, A);
    Purges purges = Purges.NONE.with(done).without(done).withErased(5, 9);
    assertTrue(purges.isEmpty());
    assertEquals(5, purges.newest());
    assertEquals(5, purges.newestForCommitter());
    // A row that was there, looked up before the last of them went.
    assertTrue(purges.mayHaveErased(5, 9));
    assertFalse(purges.mayHaveErased(6, 9));
    assertFalse(purges.mayHaveErased(5, 10));
    Purges older = purges.withErased(3, 4);
    assertEquals(5, older.newest());
    assertTrue(older.mayHaveErased(5, 9));
  }

  @Test
  void bytesAsAKey_areEqualByContent() {
    ByteKey key = new ByteKey(A);
    assertEquals(key, new ByteKey(A.clone()));
    assertEquals(key.hashCode(), new ByteKey(A.clone()).hashCode());
    assertNotEquals(key, new ByteKey(B));
    assertNotEquals(key, new Object());
    // Of the same hash.
    byte[] one = {1, 31};
    byte[] other = {2, 0};
    assertEquals(Arrays.hashCode(one), Arrays.hashCode(other));
    assertNotEquals(new ByteKey(one), new ByteKey(other));
  }

  @Test
  void recentChanges_areTrustedAboveTheFloorOnly() {
    RecentChanges recent = new RecentChanges(10);
    ByteKey key = new ByteKey(A);
    assertTrue(recent.unchangedSince(key, 10));
    assertFalse(recent.unchangedSince(key, 9));
    recent.add(key, 12);
    assertFalse(recent.unchangedSince(key, 11));
    assertTrue(recent.unchangedSince(key, 12));
    // More than it remembers: the floor rises to the newest that it has forgotten.
    for (int i = 0; i < 1 << 16; i++) {
      recent.add(new ByteKey(new byte[] {(byte) i, (byte) (i >> 8), 1}), 20 + i);
    }
    assertFalse(recent.unchangedSince(new ByteKey(B), 11));
    assertTrue(recent.unchangedSince(new ByteKey(B), 12));
    recent.add(key, 1 << 17);
    assertFalse(recent.unchangedSince(key, 1 << 16));
    assertFalse(recent.unchangedSince(new ByteKey(B), 19));
    assertTrue(recent.unchangedSince(new ByteKey(B), 20));
  }

  @Test
  void keyThatChangedAgain_isRememberedByItsNewestChange() {
    RecentChanges recent = new RecentChanges(0);
    ByteKey key = new ByteKey(A);
    recent.add(key, 1);
    recent.add(key, 1 << 20);
    for (int i = 0; i < (1 << 16) - 1; i++) {
      recent.add(new ByteKey(new byte[] {(byte) i, (byte) (i >> 8), 1}), 2);
    }
    // The first entry is gone, the second one is not.
    assertFalse(recent.unchangedSince(key, 1 << 19));
    assertTrue(recent.unchangedSince(key, 1 << 20));
  }
}
