package dev.nacre.store.layout;

import static dev.nacre.store.layout.Bytes.assertCorrupt;
import static dev.nacre.store.layout.Bytes.assertHex;
import static dev.nacre.store.layout.Bytes.hex;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.CorruptionException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Primitive values as bytes, and what damaged ones are: corruption, never an index error. */
class ByteReaderTest {
  @ParameterizedTest
  @CsvSource({
    "0, 00",
    "1, 01",
    "127, 7f",
    "128, 8001",
    "16383, ff7f",
    "16384, 808001",
    "9223372036854775807, ffffffffffffffff7f",
    "-1, ffffffffffffffffff01",
  })
  void varint_isUnsignedLittleEndianBase128(long value, String digits) {
    assertHex(digits, new ByteWriter(1).varint(value).toByteArray());
    ByteReader reader = new ByteReader(hex(digits), 0);
    assertEquals(value, reader.varint());
    assertEquals(0, reader.remaining());
  }

  @Property(tries = 200)
  void everythingWritten_isReadInOrder(
      @ForAll long number, @ForAll int small, @ForAll String text, @ForAll byte[] tail) {
    String wellFormed =
        new String(text.codePoints().filter(c -> !isHalf(c)).toArray(), 0, count(text));
    byte[] bytes =
        new ByteWriter(0)
            .u8(small)
            .u16(small)
            .u32(small)
            .u64(number)
            .varint(number)
            .text(wellFormed)
            .raw(tail)
            .toByteArray();
    ByteReader reader = new ByteReader(bytes, 0);
    assertEquals(small & 0xFF, reader.u8());
    assertEquals(small >>> 8 & 0xFF, reader.u8());
    assertEquals(small & 0xFF, reader.u8());
    assertEquals(small, reader.u32());
    assertEquals(number, reader.u64());
    assertEquals(number, reader.varint());
    assertEquals(wellFormed, reader.text());
    assertEquals(bytes.length - tail.length, reader.position());
    assertEquals(tail.length, reader.remaining());
    Bytes.assertSame(tail, reader.raw(tail.length));
  }

  private static boolean isHalf(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }

  private static int count(String text) {
    return (int) text.codePoints().filter(c -> !isHalf(c)).count();
  }

  @Test
  void fixedWidth_isBigEndian() {
    assertHex(
        "ab 0102 01020304 0102030405060708",
        new ByteWriter(4)
            .u8(0x1ab)
            .u16(0x90102)
            .u32(0x01020304)
            .u64(0x0102030405060708L)
            .toByteArray());
  }

  @Test
  void writer_ofExactlyItsCapacity_givesNoMoreThanWasWritten() {
    assertEquals(16, new ByteWriter(16).u64(1).u64(2).toByteArray().length);
    assertEquals(17, new ByteWriter(16).u64(1).u64(2).u8(3).toByteArray().length);
    assertEquals(1, new ByteWriter(0).u8(3).length());
  }

  @Test
  void writer_ofMoreThanTwiceWhatItHas_growsToIt() {
    byte[] large = new byte[1000];
    large[999] = 7;
    byte[] bytes = new ByteWriter(16).u8(1).raw(large).u8(9).toByteArray();
    assertEquals(1002, bytes.length);
    assertEquals(7, bytes[1000]);
    assertEquals(9, bytes[1001]);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "80", "ffffffffffffffffff", "ffffffffffffffffffff01"})
  void varint_thatDoesNotEnd_isCorruption(String digits) {
    assertCorrupt(digits, bytes -> new ByteReader(bytes, 0).varint());
  }

  @Test
  void readerWithAnEnd_readsNothingBehindIt() {
    ByteReader reader = new ByteReader(hex("0102030405060708090a"), 1, 9);
    assertEquals(8, reader.remaining());
    assertEquals(0x0203040506070809L, reader.u64());
    assertThrows(CorruptionException.class, reader::u8);
    assertThrows(CorruptionException.class, () -> new ByteReader(hex("0102030405"), 0, 4).skip(5));
    assertThrows(CorruptionException.class, () -> new ByteReader(hex("0102030405"), 0, 3).u32());
    assertThrows(CorruptionException.class, () -> new ByteReader(hex("0102030405"), 2).u32());
  }

  @Test
  void size_ofMoreThanIsLeft_isCorruption() {
    assertEquals(2, new ByteReader(hex("020000"), 0).size());
    assertCorrupt("0300 00", bytes -> new ByteReader(bytes, 0).size());
    assertCorrupt("ffffffffffffffffff01", bytes -> new ByteReader(bytes, 0).size());
    assertCorrupt("0561", bytes -> new ByteReader(bytes, 0).text());
  }

  @Test
  void count_ofMoreThanAnInt_isCorruption() {
    assertEquals(Integer.MAX_VALUE, new ByteReader(hex("ffffffff07"), 0).count());
    assertCorrupt("8080808008", bytes -> new ByteReader(bytes, 0).count());
    assertCorrupt("ffffffffffffffffff01", bytes -> new ByteReader(bytes, 0).count());
  }

  @Test
  void countOfItems_ofMoreThanThereAreBytes_isCorruption() {
    assertEquals(2, new ByteReader(hex("020000"), 0).countOfItems());
    assertCorrupt("030000", bytes -> new ByteReader(bytes, 0).countOfItems());
  }

  @Test
  void raw_ofNegativeSizeOrTooMuch_isCorruption() {
    assertThrows(CorruptionException.class, () -> new ByteReader(hex("01"), 0).raw(-1));
    assertThrows(CorruptionException.class, () -> new ByteReader(hex("01"), 0).raw(2));
    ByteReader reader = new ByteReader(hex("010203"), 0);
    reader.skip(1);
    Bytes.assertSame(hex("0203"), reader.raw(2));
    CorruptionException e = assertThrows(CorruptionException.class, reader::u8);
    assertTrue(String.valueOf(e.getMessage()).contains("1 bytes wanted with 0 left"), e::toString);
  }
}
