package dev.nacre.store.layout;

import static dev.nacre.store.layout.Bytes.assertCorrupt;
import static dev.nacre.store.layout.Bytes.assertHex;
import static dev.nacre.store.layout.Bytes.hex;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.ByteRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Keys of rows: their bytes, which directories rest on, and the order they give. */
class KeysTest {
  private static final byte[] KEY = {'a', 0, 'b'};

  @Test
  void keys_areTheseBytes() {
    assertHex("00000102 610062", Keys.head(0x102, KEY));
    assertHex("00000102 6100ff62 0000", Keys.historyPrefix(0x102, KEY));
    assertHex("00000102 00000003 6100ff62 0000 0000", Keys.vector(0x102, 3, KEY));
    assertHex("aabb fffffffffffffffa", Keys.versioned(hex("aabb"), 5));
    assertHex("aabb ffffffffffffffff", Keys.versionsEnd(hex("aabb")));
    assertHex("00000102 0000000000000304 00000005", Keys.log(0x102, 0x304, 5));
    assertHex("0000000000000304", Keys.commit(0x304));
    assertHex("0000000000000304 00000102 610062", Keys.expiry(0x304, 0x102, KEY));
    assertHex("6c", Keys.lineage());
    assertHex("66 00000102", Keys.floor(0x102));
    assertHex("6e 00000102", Keys.namespace(0x102));
    assertHex("6f 00000102 0000000000000304", Keys.options(0x102, 0x304));
    assertHex("73 00000102 00000003", Keys.space(0x102, 3));
    assertHex("69 aabb", Keys.idempotency(hex("aabb")));
    assertHex("6a 0000000000000304 0000000000000005", Keys.idempotencyQueue(0x304, 5));
    assertHex("62 aabb", Keys.backup(hex("aabb")));
    assertHex("62", Keys.backups());
    assertHex("65 0000000000000304", Keys.purge(0x304));
    assertHex("65", Keys.purges());
    assertHex("00000102", Keys.namespacePrefix(0x102));
    assertHex("00000103", Keys.namespaceEnd(0x102));
    assertHex("00000102 00000003", Keys.spacePrefix(0x102, 3));
    assertHex("aa 6100ff62", Keys.escapedStart(hex("aa"), KEY));
  }

  @Test
  void parts_areFoundInTheirKeys() {
    Bytes.assertSame(KEY, Keys.keyOfHead(Keys.head(7, KEY)));
    byte[] log = Keys.log(7, 1L << 40, 9);
    assertEquals(9, Keys.ordinalOfLog(log));
    assertEquals(1L << 40, Keys.versionOfLog(log));
    assertEquals(1L << 40, Keys.versionOfCommit(Keys.commit(1L << 40)));
    byte[] expiry = Keys.expiry(-5, 7, KEY);
    assertEquals(7, Keys.namespaceOfExpiry(expiry));
    assertEquals(-5, Keys.longAt(expiry, 0));
    assertEquals(7, Keys.intAt(expiry, 8));
    Bytes.assertSame(KEY, Keys.keyOfExpiry(expiry));
    byte[] row = Keys.versioned(Keys.historyPrefix(7, KEY), 1L << 40);
    assertEquals(1L << 40, Keys.versionOf(row));
    assertEquals("a\u0000b", Keys.text(KEY));
    assertEquals("ü", Keys.text("ü".getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void lineage_changed_isStillItself() {
    Keys.lineage()[0] = 'x';
    assertHex("6c", Keys.lineage());
  }

  @Test
  void kindsOfMeta_areToldByLetterAndLength() {
    assertTrue(Keys.isFloor(Keys.floor(1)));
    assertFalse(Keys.isFloor(Keys.namespace(1)));
    assertFalse(Keys.isFloor(hex("66 0000")));
    assertTrue(Keys.isIdempotencyQueue(Keys.idempotencyQueue(1, 2)));
    assertFalse(Keys.isIdempotencyQueue(Keys.idempotency(new byte[16])));
    assertFalse(Keys.isIdempotencyQueue(hex("6a 0000")));
  }

  @Test
  void startsWith_comparesFromTheFront() {
    assertTrue(Keys.startsWith(hex("0102"), hex("")));
    assertTrue(Keys.startsWith(hex("0102"), hex("0102")));
    assertTrue(Keys.startsWith(hex("010203"), hex("0102")));
    assertFalse(Keys.startsWith(hex("0102"), hex("010203")));
    assertFalse(Keys.startsWith(hex("010203"), hex("0202")));
  }

  @Property(tries = 500)
  void escapedKeys_keepTheirOrder_andNoneIsAPrefixOfAnother(
      @ForAll @Size(max = 5) @ByteRange(min = -1, max = 1) byte[] left,
      @ForAll @Size(max = 5) @ByteRange(min = -1, max = 1) byte[] right) {
    byte[] one = Keys.historyPrefix(3, left);
    byte[] other = Keys.historyPrefix(3, right);
    assertEquals(
        Integer.signum(Arrays.compareUnsigned(left, right)),
        Integer.signum(Arrays.compareUnsigned(one, other)));
    assertEquals(Arrays.equals(left, right), Keys.startsWith(one, other));
    Bytes.assertSame(left, Keys.unescaped(one, 4));
    // What follows the end mark is not the key's.
    Bytes.assertSame(left, Keys.unescaped(Keys.versioned(one, 0x0102), 4));
  }

  @Property(tries = 200)
  void escapedStart_isWhereKeysThatStartWithItBegin(
      @ForAll @Size(max = 3) @ByteRange(min = -1, max = 1) byte[] prefix,
      @ForAll @Size(max = 4) @ByteRange(min = -1, max = 1) byte[] key) {
    assertEquals(
        Keys.startsWith(key, prefix),
        Keys.startsWith(
            Keys.historyPrefix(3, key), Keys.escapedStart(Keys.namespacePrefix(3), prefix)));
  }

  @Property(tries = 200)
  void versions_sortNewestFirst(
      @ForAll @LongRange(min = 1) long older, @ForAll @LongRange(min = 1) long newer) {
    byte[] prefix = Keys.historyPrefix(1, KEY);
    assertEquals(
        Integer.signum(Long.compare(newer, older)),
        Integer.signum(
            Arrays.compareUnsigned(Keys.versioned(prefix, older), Keys.versioned(prefix, newer))));
  }

  @Test
  void unescaped_withoutItsEndMark_isCorruption() {
    assertCorrupt("", bytes -> Keys.unescaped(bytes, 0));
    assertCorrupt("61", bytes -> Keys.unescaped(bytes, 0));
    assertCorrupt("6100", bytes -> Keys.unescaped(bytes, 0));
    assertCorrupt("6100ff", bytes -> Keys.unescaped(bytes, 0));
    Bytes.assertSame(hex("61"), Keys.unescaped(hex("ff610000"), 1));
  }
}
